"""Closed forms of linear recurrences, each certified by substituting it back.

u(g) = A(g) u(g - 1) + b(g) is solved one strongly connected block after the other. A block of
one unknown with constant coefficients is solved by undetermined coefficients among
polynomial x exponential terms; one whose coefficients depend on g by its product, with a
constant particular solution where there is one. A block of several unknowns is refused here
(the recurrence itself stays available).

Whatever proposed it, a closed form counts only after `certify` has put it back into the
recurrence and compared the initial value, by the normal form and again by FLINT.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.polys.matrices import DomainMatrix

from .errors import OutsideFragment
from .exponential import Coefficients, Terms, add, shift_back, solve, to_expr
from .moments import Recurrence
from .normal import is_zero

__all__ = ["ClosedForm", "certify", "closed_form", "iterate", "solve_scalar"]

FORGOTTEN = 8  # generations after the first among which a vanishing factor is looked for


@dataclass(frozen=True)
class ClosedForm:
    """A certified formula for row . u(g), valid for all generations g >= start."""

    formula: sp.Expr
    generation: sp.Symbol
    start: int
    entries: tuple[sp.Expr, ...]


def iterate(r: Recurrence, generation: int, put: dict | None = None) -> sp.Expr:
    """The value at a concrete generation, by running the recurrence (an independent route)."""
    put = put or {}
    return sp.factor(r.value(_state(r, generation, put)).xreplace(put))


def _state(r: Recurrence, generation: int, put: dict) -> sp.Matrix:
    """All moments at a concrete generation, by running the recurrence."""
    u = r.initial.xreplace(put)
    for g in range(r.start + 1, generation + 1):
        at = {r.generation: sp.Integer(g), **put}
        matrix, forcing = (_summed(part.xreplace(at)) for part in (r.matrix, r.forcing))
        u = (matrix * u + forcing).applyfunc(sp.cancel)
    return u


def _summed(part: sp.Matrix) -> sp.Matrix:
    """The entries with their sums over a concrete range carried out."""
    return part.doit() if part.atoms(sp.Sum, sp.Product) else part


def blocks(matrix: sp.Matrix) -> list[list[int]]:
    """Strongly connected components in an order in which each depends on earlier ones only."""
    k = matrix.rows
    edges = [[j for j in range(k) if j != i and matrix[i, j] != 0] for i in range(k)]
    from sympy.utilities.iterables import strongly_connected_components

    return strongly_connected_components(
        (list(range(k)), [(i, j) for i in range(k) for j in edges[i]])
    )


def closed_form(r: Recurrence) -> ClosedForm:
    """The closed form of every entry and of the value; raises OutsideFragment where it has none.

    A root in the coefficients stands for itself as one more parameter: what is certified for every
    value of a parameter holds for the root.
    """
    parts = (r.matrix, r.forcing, r.initial, r.row, sp.Matrix([r.constant]))
    found = {
        p
        for part in parts
        for p in part.atoms(sp.Pow)
        if p.exp.is_Rational and not p.exp.is_Integer and not p.has(r.generation)
    }
    if found and r.autonomous:
        letters = sorted(found, key=sp.default_sort_key)
        names = {p: sp.Dummy(f"root{k}") for k, p in enumerate(letters)}
        matrix, forcing, initial, row, constant = (part.xreplace(names) for part in parts)
        free = replace(
            r, matrix=matrix, forcing=forcing, initial=initial, row=row, constant=constant[0, 0]
        )
        with contextlib.suppress(OutsideFragment):
            form = _certified(free)
            back = {v: p for p, v in names.items()}
            entries = tuple(e.xreplace(back) for e in form.entries)
            if not any(e.has(sp.zoo, sp.nan) for e in entries):
                return replace(form, formula=form.formula.xreplace(back), entries=entries)
    return _certified(r)


def _certified(r: Recurrence) -> ClosedForm:
    r = _forgotten(r)
    form = _constant(r)
    if form is None and r.autonomous:
        form = _autonomous(r)
    if form is None:
        form = _general(r)
    certify(r, form)
    first = form.formula.xreplace({r.generation: sp.Integer(r.start)})
    late = form.start > r.start
    if late and not _turned_round(first) and is_zero(first.doit() - r.value(r.initial)):
        form = replace(form, start=r.start)
    return form


def _forgotten(r: Recurrence) -> Recurrence:
    """The recurrence begun anew after the last early generation at which a factor vanishes.

    A factor such as 1 - 1/t^2 is zero at t = 1: what was before is forgotten there, and products
    of later factors do not vanish.
    """
    last = r.start
    for k in range(len(r.labels)):
        top = sp.numer(sp.together(r.matrix[k, k]))
        if top.free_symbols != {r.generation} or not top.is_polynomial(r.generation):
            continue
        roots = sp.Poly(top, r.generation).ground_roots()
        last = max([last, *(int(x) for x in roots if x.is_Integer and x <= r.start + FORGOTTEN)])
    return r if last == r.start else replace(r, start=last, initial=_state(r, last, {}))


def _constant(r: Recurrence) -> ClosedForm | None:
    """The initial values for ever, where the step leaves them as they are, coupled or not."""
    if not r.labels or r.initial.has(r.generation):
        return None
    step = r.matrix * r.initial + r.forcing - r.initial
    if not all(is_zero(e, [r.generation]) for e in step):
        return None
    return ClosedForm(r.value(r.initial), r.generation, r.start, tuple(r.initial))


def _turned_round(e: sp.Expr) -> bool:
    """Does a sum or product end more than one before it begins? SymPy then gives no empty one."""
    limits = [x for node in e.atoms(sp.Sum, sp.Product) for x in node.limits]
    return any((b - a).is_number and b - a < -1 for _, a, b in limits)


def _autonomous(r: Recurrence) -> ClosedForm | None:
    """Constant coefficients: solved in the field of rational functions; None where it cannot."""
    g, k = r.generation, len(r.labels)
    everything = [*r.matrix, *r.forcing, *r.initial, *r.row, r.constant]
    if any(not e.is_rational_function(*e.free_symbols) for e in everything if e.free_symbols):
        return None
    into = Coefficients(everything)
    one = into.field.one
    solved: dict[int, Terms] = {}
    late = False
    for block in blocks(r.matrix):
        forcing: dict[int, Terms] = {}
        for i in block:
            constant = into(r.forcing[i, 0])
            forcing[i] = {one: [constant]} if constant != 0 else {}
            for j, known in solved.items():
                if r.matrix[i, j] != 0:
                    if any(base == 0 for base in known):
                        return None
                    forcing[i] = add(forcing[i], shift_back(known), into(r.matrix[i, j]))
        if len(block) > 1:
            found, forgets = _eigen(r, block, forcing, into)
            solved.update(found)
            late = late or forgets
            continue
        (i,) = block
        a = into(r.matrix[i, i])
        if a == 0:  # the moment forgets its past: valid one generation later
            solved[i], late = forcing[i], True
        else:
            solved[i] = solve(a, forcing[i], into(r.initial[i, 0]))
    value: Terms = {one: [into(r.constant)]} if r.constant != 0 else {}
    for i in range(k):
        if r.row[0, i] != 0:
            value = add(value, solved[i], into(r.row[0, i]))
    h = g - r.start
    entries = tuple(to_expr(solved[i], h) for i in range(k))
    return ClosedForm(to_expr(value, h), g, r.start + late, entries)


def _eigen(r: Recurrence, block: list[int], forcing: dict[int, Terms], into):  # type: ignore[no-untyped-def]
    """A block of several unknowns with rational eigenvalues, by its left eigenvectors.

    Also says whether an eigenvalue is zero: that combination forgets its past, and is right one
    generation later.
    """
    left, values = _left_eigenvectors(r.matrix.extract(block, block))
    rows = [[into(x) for x in left[q, :]] for q in range(len(block))]
    scalars = []
    for row, value in zip(rows, values, strict=True):
        drive: Terms = {}
        for c, i in zip(row, block, strict=True):
            drive = add(drive, forcing[i], c)
        initial = sum(
            (c * into(r.initial[i, 0]) for c, i in zip(row, block, strict=True)), into.field.zero
        )
        scalars.append(drive if value == 0 else solve(into(value), drive, initial))
    back = left.inv(method="ADJ")
    out: dict[int, Terms] = {}
    for q, i in enumerate(block):
        total: Terms = {}
        for k, scalar in enumerate(scalars):
            total = add(total, scalar, into(back[q, k]))
        out[i] = total
    return out, any(v == 0 for v in values)


def _left_eigenvectors(part: sp.Matrix) -> tuple[sp.Matrix, list[sp.Expr]]:
    """Rows that turn the block into scalar recurrences, and their eigenvalues."""
    k = part.rows
    z = sp.Dummy("z")
    factors = sp.factor_list((part.T - z * sp.eye(k)).det(method="berkowitz"), z)[1]
    lefts, values = [], []
    for f, _ in factors:
        if sp.degree(f, z) != 1:
            raise OutsideFragment(
                f"a system of {k} coupled moments has irrational eigenvalues",
                part="coupled block of the recurrence",
            )
        eigenvalue = sp.factor(-f.coeff(z, 0) / f.coeff(z, 1))
        space = _kernel((part.T - eigenvalue * sp.eye(k)).applyfunc(sp.cancel))
        lefts += space
        values += [eigenvalue] * len(space)
    if len(lefts) != k:
        raise OutsideFragment("a coupled block that cannot be diagonalised", part="coupled block")
    return sp.Matrix.vstack(*lefts).applyfunc(sp.cancel), values


def _kernel(m: sp.Matrix) -> list[sp.Matrix]:
    """Rows that span the vectors which m sends to zero.

    >>> x = sp.Symbol("x")
    >>> _kernel(sp.Matrix([[x, x**2], [1, x]]))
    [Matrix([[-x**2, x]])]
    """
    over = DomainMatrix.from_Matrix(m).to_field()
    if over.domain.is_EX:  # powers with symbols in them: no field of rational functions
        return [v.T for v in m.nullspace(simplify=sp.cancel)]
    rows = over.nullspace().to_Matrix()
    return [rows[i, :] for i in range(rows.rows)]


def _general(r: Recurrence) -> ClosedForm:
    """Coefficients that depend on the generation, block by block."""
    g, solved = r.generation, {}
    start, late = r.start, False
    for block in blocks(r.matrix):
        if len(block) > 1:
            raise OutsideFragment("coupled moments with varying coefficients", part="coupled block")
        (i,) = block
        forcing = _forcing(r, i, solved)
        if r.matrix[i, i] == 0:  # the moment forgets its past: valid one generation later
            solved[i], late = tidy(forcing, g, start), True
        else:
            solved[i] = solve_scalar(r.matrix[i, i], forcing, r.initial[i, 0], g, start)
    entries = tuple(solved[i] for i in range(len(r.labels)))
    formula = r.value(sp.Matrix(len(entries), 1, entries)) if entries else r.constant
    return ClosedForm(tidy(formula, g, start), g, start + late, entries)


def _forcing(r: Recurrence, i: int, solved: dict[int, sp.Expr]) -> sp.Expr:
    """What drives moment i: its own forcing and the moments solved before."""
    g = r.generation
    return r.forcing[i, 0] + sum(
        (r.matrix[i, j] * solved[j].xreplace({g: g - 1}) for j in solved if r.matrix[i, j] != 0),
        sp.Integer(0),
    )


def certify(r: Recurrence, form: ClosedForm) -> None:
    """Put the closed form back into the recurrence and its initial values; raise if it fails.

    A formula that starts later is compared with what the steps before give.
    """
    g = r.generation
    u = sp.Matrix(len(form.entries), 1, form.entries)
    residual = u - r.matrix * u.xreplace({g: g - 1}) - r.forcing if form.entries else sp.zeros(0, 1)
    for k, e in enumerate(residual):
        if not is_zero(e, [g]):
            raise OutsideFragment(f"the closed form of moment {k} fails its recurrence")
    first = _state(r, form.start, {}) if form.entries else r.initial
    for k, e in enumerate(form.entries):
        if r.matrix[k, k] == 0 and form.start == r.start:
            continue
        if not is_zero(e.xreplace({g: sp.Integer(form.start)}).doit() - first[k, 0], [g]):
            raise OutsideFragment(f"the closed form of moment {k} fails its initial value")
    if form.entries and not is_zero(form.formula - r.value(u), [g]):
        raise OutsideFragment("the tidied closed form differs from the solved one")


def solve_scalar(a: sp.Expr, b: sp.Expr, initial: sp.Expr, g: sp.Symbol, start: int) -> sp.Expr:
    """A candidate for u(g) = a u(g-1) + b(g), u(start) = initial. Certified by the caller."""
    b = tidy(b, g, start)
    if a.has(g):
        return _first_order(a, b, initial, g, start)
    terms = _exp_poly(b, g)
    if terms is None:
        return _first_order(a, b, initial, g, start)
    particular: sp.Expr = sp.Integer(0)
    for base, poly in terms:
        particular += _particular(a, base, poly, g) * base**g
    c = initial - particular.xreplace({g: sp.Integer(start)})
    c = sp.factor(sp.cancel(sp.together(c)))
    return tidy(particular + c * a ** (g - start), g, start)


def _particular(a: sp.Expr, base: sp.Expr, poly: sp.Expr, g: sp.Symbol) -> sp.Expr:
    """Q with base Q(g) - a Q(g-1) = base P(g), by undetermined coefficients."""
    p = sp.Poly(poly, g)
    resonant = is_zero(a - base)
    degree = p.degree() + (1 if resonant else 0)
    cs = sp.symbols(f"_q0:{degree + 1}", cls=sp.Dummy)
    shape = sum(c * g**k for k, c in enumerate(cs))
    residual = sp.expand(base * shape - a * shape.xreplace({g: g - 1}) - base * p.as_expr())
    free = [cs[0]] if resonant else []
    if resonant:
        residual = residual.xreplace({cs[0]: sp.Integer(0)})
    equations = [sp.cancel(sp.together(c)) for c in sp.Poly(residual, g).coeffs()]
    solution = sp.solve(
        [e for e in equations if e != 0], [c for c in cs if c not in free], dict=True
    )
    if not solution:
        raise OutsideFragment("undetermined coefficients found no particular solution")
    q = shape.xreplace(solution[0]).xreplace({c: sp.Integer(0) for c in cs})
    return sum(sp.factor(c) * g**k for (k,), c in sp.Poly(q, g).terms())


def _exp_poly(b: sp.Expr, g: sp.Symbol) -> list[tuple[sp.Expr, sp.Expr]] | None:
    """b as [(base, polynomial in g)], or None if it is something else."""
    found: dict[sp.Expr, sp.Expr] = {}
    for term in sp.Add.make_args(sp.expand(b, power_base=False, power_exp=False, mul=True)):
        base, poly = sp.Integer(1), sp.Integer(1)
        for f in sp.Mul.make_args(term):
            if f.is_Pow and g in f.exp.free_symbols and g not in f.base.free_symbols:
                e = sp.Poly(sp.expand(f.exp), g) if sp.expand(f.exp).is_polynomial(g) else None
                if e is None or e.degree() != 1 or not e.LC().is_Integer:
                    return None
                base *= f.base ** e.LC()
                poly *= f.base ** e.nth(0)
            elif g not in f.free_symbols or f.is_polynomial(g):
                poly *= f
            else:
                return None
        base = sp.factor(base)
        found[base] = found.get(base, sp.Integer(0)) + poly
    return [(k, v) for k, v in found.items() if v != 0]


def _first_order(a: sp.Expr, b: sp.Expr, initial: sp.Expr, g: sp.Symbol, start: int) -> sp.Expr:
    k = _unused("_k", a, b)
    if a == 1:
        return initial + _sum(b.xreplace({g: k}), k, start + 1, g)
    constant = sp.cancel(sp.together(b / (1 - a)))
    product = telescope(a.xreplace({g: k}), k, start + 1, g)
    if not constant.has(g):
        return constant + sp.factor(sp.cancel(initial - constant)) * product
    if a.atoms(AppliedUndef) or not a.is_rational_function(g):
        raise OutsideFragment(
            "a recurrence whose factors may vanish has no closed form", part="schedule"
        )
    j = _unused("_j", a, b)  # the product runs inside a sum over k
    before = telescope(a.xreplace({g: j}), j, start + 1, k)
    ratio = sp.cancel(sp.together(b.xreplace({g: k}) / before))
    return product * (initial + _sum(ratio, k, start + 1, g))


def _unused(name: str, *expressions: sp.Expr) -> sp.Symbol:
    """An index that no expression has, bound ones included: a sum inside keeps its own."""
    names = {s.name for e in expressions for s in e.atoms(sp.Symbol)}
    k = 0
    while f"{name}{k or ''}" in names:
        k += 1
    return sp.Symbol(f"{name}{k or ''}", integer=True)


def _sum(body: sp.Expr, k: sp.Symbol, first: object, last: sp.Expr) -> sp.Expr:
    if body == 0:
        return sp.Integer(0)
    free, bound = sp.factor(body).as_independent(k, as_Add=False)
    if not bound.has(k):
        return body * (last - sp.sympify(first) + 1)
    if bound.is_polynomial(k):
        return free * sp.factor(sp.summation(bound, (k, first, last)))
    return free * sp.Sum(bound, (k, first, last))


def telescope(r: sp.Expr, k: sp.Symbol, first: int, last: sp.Expr) -> sp.Expr:
    """The product of a rational r(k): telescoped where its factors are shifts of each other.

    Two linear factors k + c and k + d cancel when c - d is an integer; whatever is left stays
    an unevaluated product.
    """
    if k not in r.free_symbols:
        return r ** (last - first + 1)
    if not r.is_rational_function(k) or any(
        k in call.free_symbols for call in r.atoms(AppliedUndef)
    ):
        inner = sp.Dummy("k", integer=True)
        return sp.Product(sp.factor(r.xreplace({k: inner})), (inner, first, last))
    num, den = sp.fraction(sp.cancel(sp.together(r)))
    tops, bottoms = _linear(num, k), _linear(den, k)
    rest = sp.Integer(1)
    out: sp.Expr = sp.Integer(1)
    for f, e in list(tops):
        for _ in range(e):
            match = (
                next(
                    (
                        h
                        for h, _ in bottoms
                        if sp.cancel(
                            f.xreplace({k: 0}) / sp.Poly(f, k).LC()
                            - h.xreplace({k: 0}) / sp.Poly(h, k).LC()
                        ).is_Integer
                    ),
                    None,
                )
                if sp.degree(f, k) == 1
                else None
            )
            if match is None:
                rest *= f
                continue
            bottoms = [(h, m - 1) if h == match else (h, m) for h, m in bottoms]
            bottoms = [(h, m) for h, m in bottoms if m]
            out *= _ratio_product(f, match, k, first, last)
    for h, m in bottoms:
        rest /= h**m
    c_top = sp.cancel(num / sp.prod([f**e for f, e in tops]))
    c_bottom = sp.cancel(den / sp.prod([f**e for f, e in _linear(den, k)]))
    factor = sp.cancel(c_top / c_bottom)
    if factor != 1:
        out *= factor ** (last - first + 1)
    return out if rest == 1 else out * sp.Product(sp.factor(rest), (k, first, last))


def _linear(e: sp.Expr, k: sp.Symbol) -> list[tuple[sp.Expr, int]]:
    return [(f, m) for f, m in sp.factor_list(e)[1] if k in f.free_symbols]


def _ratio_product(f: sp.Expr, h: sp.Expr, k: sp.Symbol, first: int, last: sp.Expr) -> sp.Expr:
    """Product over k of f/h for two linear factors whose roots differ by an integer."""
    lf, lh = sp.Poly(f, k).LC(), sp.Poly(h, k).LC()
    c, d = sp.cancel(f.xreplace({k: 0}) / lf), sp.cancel(h.xreplace({k: 0}) / lh)
    shift = int(c - d)
    out = (lf / lh) ** (last - first + 1) if lf != lh else sp.Integer(1)
    for j in range(abs(shift)):
        if shift > 0:
            out *= (last + d + 1 + j) / (first + d + j)
        else:
            out *= (first + c + j) / (last + c + 1 + j)
    return out


def tidy(e: sp.Expr, g: sp.Symbol, start: int) -> sp.Expr:
    """Collect a formula by its terms base**(g - start), with factored coefficients.

    The exponent starts at zero, so that a base that vanishes (one sample per generation) leaves
    the first value right.
    """
    terms = _exp_poly(e, g)
    if terms is None:
        return e
    out: sp.Expr = sp.Integer(0)
    for base, poly in terms:
        if base == 1:
            out += sp.factor(sp.cancel(sp.together(poly)))
        else:
            out += sp.factor(sp.cancel(sp.together(poly * base**start))) * base ** (g - start)
    return out

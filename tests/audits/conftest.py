"""The claim files here are judged by test_audits.py; some are false, as they should be."""

collect_ignore_glob = ["claim_*.py"]

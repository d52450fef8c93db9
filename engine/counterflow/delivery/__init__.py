"""The only door out: answers, results and jobs leave here, each after the commit that made it true."""

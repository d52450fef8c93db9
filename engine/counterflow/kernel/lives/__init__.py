"""A page for each life that commands lead: of jobs, instances, deployments, decisions, quarantines."""

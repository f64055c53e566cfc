"""Who accompanies a youth, and for what: inviting, leaving, passing on, ending, and what stays restricted."""

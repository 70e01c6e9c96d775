"""Whether a site's data can be trusted: facts of the log, and checks that judge them."""

"""What an operator decides: sites, and keys that open them. Called by the command line and by edge."""

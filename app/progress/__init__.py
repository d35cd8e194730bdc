"""What was accepted and does not progress: found where it waits, told to the console once, taken back when it moves."""

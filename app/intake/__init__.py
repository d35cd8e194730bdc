"""Reading distress reports: whatever can be read is taken, the rest becomes a warning. See docs/intake.md."""

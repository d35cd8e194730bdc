"""Areas that are dangerous for a while: heat, flood, fire weather. Shown and suggested from, never dispatched."""

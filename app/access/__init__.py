"""Who asks, and what they may: one seam for every route and every socket."""

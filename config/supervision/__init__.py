"""Running web, worker and beat together, and leaving no process behind however it ends."""

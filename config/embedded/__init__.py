"""The PostgreSQL that comes with the program: started by whoever needs it first, stopped by whoever leaves last."""

"""The pages of prospects: the portrait that scores them, the list, one of them, what is done with it, their import."""

"""Where hours and euros go, quarter by quarter: scenarios, what they need and should bring, what became of them."""

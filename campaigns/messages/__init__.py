"""What a message is made of: its fields, how it is read and rendered, what is wrong with it, texts to start from."""

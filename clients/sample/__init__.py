"""An invented French accounting firm: its clients, invoices, contacts and hours, the same again for the same day."""

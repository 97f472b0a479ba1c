"""Clients, contacts, services, prospects and users as tables: brought in and taken out from the administration.

django-import-export gives the frame (resources, dry run, rights per list); what it does wrong is not used: its readers
of files, its writers, its temporary files and its way of setting sequences back. Invoices have their own way in.
"""

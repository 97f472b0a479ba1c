"""Figures as people read them."""

from django import template

register = template.Library()

"""What the commands of this application read from their command line."""

import argparse
import datetime as dt


def day(text: str) -> dt.date:
    """The day written AAAA-MM-JJ; argparse prints the text of the error."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"« {text} » n’est pas une date : écrivez-la AAAA-MM-JJ") from error

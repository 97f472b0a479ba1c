"""Programs that open what strangers made: workbooks, archives, PDF and XML. Each runs in a process of its own.

They import neither Django nor anything of the project but this package, know no secret, and work within a bounded
memory and time (`limits`). `clients.imports.confinement` starts them and reads their answers.
"""

"""`python -m server.admin`: devices, licences, rights and the audit log from the command line, beside the running
backend on the same database. Answers are JSON on standard output, one object a line; sentences go to standard error.

Exit codes: 0, 1 not there or refused, 2 usage, 9 no usable database, 10 the audit log does not hold.
"""

from __future__ import annotations

import json
import sys

from sqlalchemy.exc import DatabaseError

from server.admin.administration import Administration, NoSuch
from server.admin.commands import build_parser
from server.admin.inspection import NotALicence
from server.audit import AuditBroken
from server.config import DAY_S, Config
from server.db.migrate import DatabaseUnfit, open_current
from server.licences.signing_keys import RootUnusable
from server.problems import Problem

EXIT_REFUSED, EXIT_USAGE, EXIT_DATA_UNUSABLE, EXIT_AUDIT_BROKEN = 1, 2, 9, 10


def main(arguments: list[str] | None = None) -> int:
    given = build_parser().parse_args(arguments)
    config = Config(data_dir=given.data.expanduser().absolute(), licence_root=given.licence_root)
    try:
        database = open_current(config)
        try:
            administration = Administration(database, config, lease_s=given.licence_days * DAY_S)
            for answer in given.run(given, administration):
                sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        finally:
            database.close()
    except DatabaseUnfit as error:
        return _failed(EXIT_DATA_UNUSABLE, str(error))
    except DatabaseError as error:
        return _failed(EXIT_DATA_UNUSABLE, f"the database in {config.data_dir} cannot be used: {error.orig}.")
    except AuditBroken as error:
        return _failed(EXIT_AUDIT_BROKEN, str(error))
    except RootUnusable as error:
        return _failed(EXIT_USAGE, str(error))
    except Problem as error:
        return _failed(EXIT_REFUSED, f"{error.detail} ({error.code})")
    except (NoSuch, NotALicence) as error:
        return _failed(EXIT_REFUSED, str(error))
    return 0


def _failed(exit_code: int, sentence: str) -> int:
    sys.stderr.write(f"segue admin: {sentence}\n")
    return exit_code


if __name__ == "__main__":
    sys.exit(main())

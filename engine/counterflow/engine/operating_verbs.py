"""What a person who operates processes asks of an engine: migrate instances, hold something back."""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.engine.footing import Footing
from counterflow.engine.lookups import definition_key
from counterflow.engine.results import element_mappings, sensible, text, truth, version_wanted, whole_key
from counterflow.queries.migration import migration_plan
from counterflow.queries.shapes import MigrationPlan
from counterflow.service.requests import migration
from counterflow.service.suspensions import resumption, suspension

PROCESS = "the id of a process"
JOB_TYPE = "the type of jobs"


class OperatingVerbs(Footing):
    """The verbs of operators."""

    async def plan_migration(
        self,
        process_instance_key: int,
        to_version: int = -1,
        *,
        process_id: str = "",
        mappings: Mapping[str, str] | None = None,
    ) -> MigrationPlan:
        """What `migrate` would do: what moves, what would end or be lost, and why it would be refused.

        Nothing is carried out.
        """
        key = whole_key(process_instance_key)
        target, pairs = await self._target(key, process_id, to_version), element_mappings(mappings)
        return await self._ask(lambda store: migration_plan(store, key, target, mappings=pairs))

    async def migrate(
        self,
        process_instance_key: int,
        to_version: int = -1,
        *,
        process_id: str = "",
        mappings: Mapping[str, str] | None = None,
        accept_losses: bool = False,
    ) -> None:
        """Bring an instance to a version (-1: the latest) of its process or another: all or nothing.

        `mappings` say which element becomes which; the rest is proposed by id, name and place. Raises
        `Rejection` with every reason why it cannot be done, and, unless losses are accepted, with every wait
        that would end and everything that could no longer be undone.
        """
        key = whole_key(process_instance_key)
        await self._carry_out(
            sensible(
                migration,
                process_instance_key=key,
                target_definition_key=await self._target(key, process_id, to_version),
                mappings=element_mappings(mappings),
                proposes=True,
                accepts_losses=truth(accept_losses, "accept_losses"),
            )
        )

    async def suspend(
        self, process_instance_key: int = 0, *, definition_key: int = 0, job_type: str = ""
    ) -> int:
        """Hold back an instance with all that it has called, a definition, or a type of jobs: one of them.

        Nothing of a suspended instance goes on, no instance of a suspended definition begins, nobody is given
        a job of a suspended type. Answers how many were not suspended before. Raises `Rejection`.
        """
        command = sensible(
            suspension,
            instance_key=whole_key(process_instance_key),
            definition_key=whole_key(definition_key),
            job_type=text(job_type, JOB_TYPE),
        )
        return int(await self._carry_out(command))

    async def resume(
        self, process_instance_key: int = 0, *, definition_key: int = 0, job_type: str = ""
    ) -> int:
        """Let what was suspended go on; what came due meanwhile comes.

        Answers how many were suspended. Raises `Rejection`.
        """
        command = sensible(
            resumption,
            instance_key=whole_key(process_instance_key),
            definition_key=whole_key(definition_key),
            job_type=text(job_type, JOB_TYPE),
        )
        return int(await self._carry_out(command))

    async def _target(self, key: int, process_id: str, version: int) -> int:
        text(process_id, PROCESS)
        version_wanted(version)
        return await self._ask(lambda store: definition_key(store, key, process_id, version))

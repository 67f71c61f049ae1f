"""Connections and agents of one context: where the sensor sends, what and when."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from countline.devices.xovis_v5.documents import Document
from countline.devices.xovis_v5.operations.asking import Asker, document, documents, typed
from countline.devices.xovis_v5.operations.scene import chosen_id
from countline.devices.xovis_v5.push_shapes import (
    Agent,
    AgentStates,
    AgentStatus,
    Connection,
    ConnectionTest,
    ConnectionTested,
)

TEST_S_MAX = 90  # the sensor waits for the other side first


@dataclass(frozen=True, slots=True)
class PushOperations:
    """`volatile` ones are a set of their own, gone after a reboot."""

    _asker: Asker

    async def connections(self, *, volatile: bool = False) -> list[Document[Connection]]:
        """Every connection; `whole` holds passwords in clear."""
        answer = await self._asker.ask("connections", query={"volatile": volatile})
        return documents(answer, "connections", Connection, "connections")

    async def create_connection(
        self,
        whole: dict[str, Any],
        *,
        id: int | None = None,
        force: bool = False,
        volatile: bool = False,
    ) -> Document[Connection]:
        """Add one, under an id of ours where one is given; `force` replaces what has that id."""
        body, query = chosen_id(whole, id, force=force)
        query |= {"volatile": True} if volatile else {}
        answer = await self._asker.ask("connection_create", query=query, body=body)
        return document(answer, Connection, "connection_create")

    async def write_connection(self, id: int, whole: dict[str, Any]) -> None:
        """Replace one."""
        await self._asker.ask("connection_write", id=id, body=whole)

    async def delete_connection(self, id: int) -> None:
        """Remove one; one that is gone already is well. Agents that use it go on collecting."""
        await self._asker.ask("connection_delete", id=id)

    async def test_connection(self, id: int) -> ConnectionTest:
        """Let the sensor send something over it, and tell how that went."""
        answer = await self._asker.ask("connection_test", id=id, timeout_s=TEST_S_MAX)
        return typed(answer, ConnectionTested, "connection_test").connection_test

    async def agents(self, *, volatile: bool = False) -> list[Document[Agent]]:
        """Every agent."""
        answer = await self._asker.ask("agents", query={"volatile": volatile})
        return documents(answer, "agents", Agent, "agents")

    async def create_agent(
        self,
        whole: dict[str, Any],
        *,
        id: int | None = None,
        force: bool = False,
        volatile: bool = False,
    ) -> Document[Agent]:
        """Add one; say `enabled`, or it sleeps."""
        body, query = chosen_id(whole, id, force=force)
        query |= {"volatile": True} if volatile else {}
        answer = await self._asker.ask("agent_create", query=query, body=body)
        return document(answer, Agent, "agent_create")

    async def write_agent(self, id: int, whole: dict[str, Any]) -> None:
        """Replace one."""
        await self._asker.ask("agent_write", id=id, body=whole)

    async def delete_agent(self, id: int) -> None:
        """Remove one, with what it has cached; one that is gone already is well."""
        await self._asker.ask("agent_delete", id=id)

    async def agents_status(self, *, volatile: bool = False) -> tuple[AgentStatus, ...]:
        """How each of them fares."""
        answer = await self._asker.ask("agents_status", query={"volatile": volatile})
        return typed(answer, AgentStates, "agents_status").agent_states

    async def agent_status(self, id: int) -> AgentStatus:
        """How one of them fares."""
        return typed(await self._asker.ask("agent_status", id=id), AgentStatus, "agent_status")

    async def resend(self, id: int, from_s: int, to_s: int) -> None:
        """Let an agent send a stretch of its history again. Raises `device_busy` while it does."""
        body = {"type": "TIME_RANGE", "time_from": _rfc3339(from_s), "time_to": _rfc3339(to_s)}
        await self._asker.ask("trigger", id=id, body=body)

    async def is_resending(self, id: int) -> bool:
        """Whether an agent still sends again."""
        return b'"BUSY"' in await self._asker.ask("trigger_state", id=id)

    async def stop_resending(self, id: int) -> None:
        """Let it be."""
        await self._asker.ask("trigger_stop", id=id)


def _rfc3339(instant_s: int) -> str:
    return datetime.fromtimestamp(instant_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

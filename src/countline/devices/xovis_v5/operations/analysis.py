"""Logics, counters and templates of one context."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from countline.devices.xovis_v5.documents import Document
from countline.devices.xovis_v5.operations.asking import Asker, document, documents, typed
from countline.devices.xovis_v5.operations.scene import chosen_id
from countline.devices.xovis_v5.scene_shapes import Counter, Logic, TemplateLogic


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One request inside a transaction; negative ids stand for what the transaction itself makes."""

    method: Literal["POST", "PUT", "DELETE"]
    target: str  # "/analysis/logics/templates"
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AnalysisOperations:
    """What it counts."""

    _asker: Asker

    async def logics(self) -> list[Document[Logic]]:
        """Every logic: a channel of ours."""
        return documents(await self._asker.ask("logics"), "logics", Logic, "logics")

    async def write_logic(self, id: int, whole: dict[str, Any]) -> None:
        """Replace a logic: its name."""
        await self._asker.ask("logic_write", id=id, body=whole)

    async def delete_logic(self, id: int) -> None:
        """Remove a logic with its counters; one that is gone already is well."""
        await self._asker.ask("logic_delete", id=id, query={"force": True})

    async def counters(self) -> list[Document[Counter]]:
        """Every counter."""
        return documents(await self._asker.ask("counters"), "counters", Counter, "counters")

    async def templates(self) -> list[Document[TemplateLogic]]:
        """Logics that were made from templates, with the template's options."""
        answer = await self._asker.ask("templates")
        return documents(answer, "logics", TemplateLogic, "templates")

    async def create_from_template(
        self, whole: dict[str, Any], *, id: int | None = None
    ) -> Document[TemplateLogic]:
        """Make a logic, with its counters: `{name, template: {type, options}}`."""
        body, query = chosen_id(whole, id)
        answer = await self._asker.ask("template_create", query=query, body=body)
        return document(answer, TemplateLogic, "template_create")

    async def write_template(self, id: int, whole: dict[str, Any]) -> None:
        """Replace a logic that was made from a template."""
        await self._asker.ask("template_write", id=id, body=whole)

    async def transaction(self, steps: Sequence[Step]) -> Any:
        """Do all of it or none. The answer is the sensor's own, and not told in any document."""
        requests = [{"method": s.method, "target": s.target, "body": s.body} for s in steps]
        answer = await self._asker.ask("transaction", body={"requests": requests})
        return typed(answer, Any, "transaction") if answer else None

"""A device once it has been installed: named, with the lines and zones of its plan counted."""

from typing import TYPE_CHECKING

from countline.emulator.v5.factory import factory_root

if TYPE_CHECKING:
    from countline.emulator.v5.device import Device


def install(device: "Device", multisensors: tuple[int, ...]) -> None:
    """Draw and count what the plan says, under the ids that it says."""
    from countline.emulator.v5.logics import make_logic  # it needs the device's type

    plan, config, root = device.sensor.plan, device.config, "/singlesensor"
    group = device.sensor.world.building.location.name
    config.kept["/device/id"] = {"name": plan.name, "group": group}
    for id_ in multisensors:
        config.put("/multisensors", id_, {"id": id_, "enabled": True})
        config.kept.update(factory_root(device, f"/multisensors/{id_}"))
    for place, (logic, channel) in enumerate(zip(plan.logics, device.sensor.channels, strict=True)):
        shape = "ZONE" if logic.zone is not None else "LINE"
        drawn = {"id": logic.logic_id, "name": logic.name, "type": shape}
        geometry = {**drawn, "geometry": device.ground.drawn(place)}
        config.put(f"{root}/scene/geometries", logic.logic_id, geometry)
        option = "zone_id" if shape == "ZONE" else "count_line_id"
        template = {"type": channel.template, "options": {option: logic.logic_id}}
        body = {"id": logic.logic_id, "name": logic.name, "template": template}
        make_logic(device, root, body, "CLIENT")

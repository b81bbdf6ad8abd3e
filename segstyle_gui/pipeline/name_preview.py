"""What *name regions* would say now, from what is known already: an answer while a word is being written."""

from __future__ import annotations

from segstyle_gui.core.found_names import Naming
from segstyle_gui.core.naming_config import NamingConfig
from segstyle_gui.core.progress import Progress
from segstyle_gui.pipeline.region_looks import known_embeddings, region_look
from segstyle_gui.pipeline.text_model import clip_of, load_text_model
from segstyle_gui.project.store import Project


def preview_names(project: Project, config: NamingConfig, progress: Progress) -> Naming | None:
    """Return the scores of these names for the regions as they are now; nothing is stored.

    Returns
    -------
    None if the regions have not been looked at with these settings yet, or the CLIP is not on this computer.

    Raises
    ------
    ConfigError
        If fewer than two names are given, or one twice.
    ModelFileError
        If CLIP's weights cannot be read.
    """
    from segstyle_gui.core.clip.prompts import parse_prompts
    from segstyle_gui.core.naming import name_embeddings

    prompts = parse_prompts(config.prompts)
    source = clip_of(project, config)
    if not source.where or project.region_state is None:
        return None
    look = region_look(project, config, source)
    embeddings = known_embeddings(project, look)
    if embeddings is None:
        return None
    clip = load_text_model(source, config, progress)
    return name_embeddings(clip, embeddings, [region.id for region in look.state.regions], prompts, config)

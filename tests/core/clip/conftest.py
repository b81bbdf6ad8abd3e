import pytest
import torch

from segstyle_gui.core.clip.model import build_clip

TEXT = {"context_length": 77, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 2}
RESNET = {"image_size": 64, "layers": [1, 2, 2, 2], "width": 8, "head_width": 32, "patch_size": None}
TRANSFORMER = {"image_size": 32, "layers": 2, "width": 32, "head_width": 16, "patch_size": 8}


def config_of(vision):
    return {"embed_dim": 32, "vision_cfg": dict(vision), "text_cfg": dict(TEXT)}


def calibrate(visual):
    """Give every batch norm gains of its own and the statistics of noise, as training would."""
    norms = [part for part in visual.modules() if isinstance(part, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = None
        torch.nn.init.uniform_(norm.weight, 0.5, 1.5)
        torch.nn.init.normal_(norm.bias, 0, 0.2)
    if norms:
        visual.train()
        with torch.no_grad():
            visual(torch.randn(64, 3, 64, 64))
        visual.eval()


def build(vision):
    torch.manual_seed(0)
    clip = build_clip(config_of(vision), torch.device("cpu"))
    calibrate(clip._model.visual)
    return clip


@pytest.fixture(scope="session")
def resnet_config():
    return config_of(RESNET)


@pytest.fixture(scope="session")
def resnet_clip():
    return build(RESNET)


@pytest.fixture(scope="session")
def transformer_clip():
    return build(TRANSFORMER)


@pytest.fixture(scope="session")
def pooling_clip():
    """Return a transformer whose attention pooling has no value path per position."""
    return build({**TRANSFORMER, "attentional_pool": True, "attn_pooler_queries": 4, "attn_pooler_heads": 2})

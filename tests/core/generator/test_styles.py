import pytest
import torch

from segstyle_gui.core.generator.styles import split_styles, style_sizes, styles_of


@pytest.fixture
def w(tiny_generator):
    return tiny_generator.mapping(torch.randn(3, 8, generator=torch.Generator().manual_seed(0)))


def test_styles_are_what_the_convolutions_take(tiny_generator, w):
    sizes = style_sizes(tiny_generator)
    assert tuple(sizes) == tiny_generator.layer_names
    styles = split_styles(tiny_generator, styles_of(tiny_generator, w))
    wanted = tiny_generator.synthesis_network.b8.conv0.affine(w)
    torch.testing.assert_close(styles["b8.conv0"], wanted)


def test_a_shift_of_styles_is_that_of_w_where_styles_follow_from_w(tiny_generator, w):
    """Styles are affine in w, so a step in w and its image in the styles make the same maps."""
    step = torch.randn(8, generator=torch.Generator().manual_seed(1))
    shift = styles_of(tiny_generator, w + step) - styles_of(tiny_generator, w)
    layers = tiny_generator.layer_names
    _, wanted = tiny_generator.forward_intermediates(w + step, layers, image=False)
    _, found = tiny_generator.forward_intermediates(torch.cat([w, shift], dim=1), layers, image=False)
    for layer in layers:
        torch.testing.assert_close(found[layer], wanted[layer], rtol=1e-4, atol=1e-4)


def test_one_layer_changes_nothing_before_it(tiny_generator, w):
    shift = torch.zeros(3, sum(style_sizes(tiny_generator).values()))
    shift[:, -8:] = 3  # b16.conv1
    layers = ["b8.conv1", "b16.conv0", "b16.conv1"]
    plain_image, plain = tiny_generator.forward_intermediates(w, layers)
    image, maps = tiny_generator.forward_intermediates(torch.cat([w, shift], dim=1), layers)
    assert torch.equal(maps["b8.conv1"], plain["b8.conv1"])
    assert torch.equal(maps["b16.conv0"], plain["b16.conv0"])
    assert not torch.allclose(maps["b16.conv1"], plain["b16.conv1"])
    assert not torch.allclose(image, plain_image)
    torch.testing.assert_close(tiny_generator.synthesis(torch.cat([w, shift], dim=1)), image)


def test_styles_of_another_generator_are_refused(tiny_generator, w):
    with pytest.raises(ValueError, match="7 styles for a generator that has 40"):
        tiny_generator.synthesis(torch.cat([w, w[:, :7]], dim=1))

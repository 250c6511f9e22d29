"""Where in an image a network looks for its answer: Grad-CAM, as captum works it out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcore.errors import RequestError
from tlcore.networks.backbone import Backbone

FEWEST = 4  # places in height and in width, below which a map says little about where
NO_MAPS = "Grad-CAM needs a stage whose output still has 4 × 4 places in the image or more, and this backbone has none."
NO_WAY = "Grad-CAM follows the answer back into the network, and this strategy's answers cannot be followed back."


def grad_cam(
    predict: Callable[[Tensor], Tensor], backbone: Backbone, images: Tensor, classes: Tensor | None = None
) -> Tensor:
    """How much each place of the last feature maps speaks for a class of each image, (N, h, w) in [0, 1].

    The maps of the last stage that has 4 × 4 places or more, each weighted by the mean gradient of the class's
    logit, summed, and what speaks against it set to 0; then divided by the largest, image by image. All 0 where
    nothing speaks for it.

    Selvaraju et al., "Grad-CAM", ICCV 2017, arXiv:1610.02391, eq. 1 and 2.

    images (N, C, H, W), classes (N,), None: what it answers. The network has to be in evaluation mode.
    Raises `RequestError` with a sentence where there are no maps or no gradient.
    """
    from captum.attr import LayerGradCam  # some seconds: it loads matplotlib, though nothing is drawn with it

    layer = last_maps(backbone, images[:1])
    with torch.enable_grad(), _awake(backbone):
        if classes is None:
            with torch.no_grad():
                classes = predict(images).argmax(1)
        try:
            heat = LayerGradCam(predict, layer).attribute(images, target=classes, relu_attributions=True)
        except (RuntimeError, AssertionError, IndexError) as error:
            raise RequestError(NO_WAY) from error
    maps: Tensor = heat.detach().float()[:, 0]  # (N, h, w)
    return maps / maps.amax((1, 2), keepdim=True).clamp_min(1e-12)


def enlarged(heat: Tensor, height: int, width: int) -> Tensor:
    """Heat (N, h, w) at the size of its images, in between by straight lines: (N, H, W)."""
    return F.interpolate(heat[:, None], size=(height, width), mode="bilinear", align_corners=False)[:, 0]


def last_maps(backbone: Backbone, image: Tensor) -> nn.Module:
    """The last stage that gives maps (N, C, H, W) of so many places that they tell where; of tiny images that is
    not always the last one. Raises `RequestError` where none does.
    """
    seen = list[bool]()
    hooks = [
        stage.register_forward_hook(lambda _, __, out: seen.append(out.ndim == 4 and min(out.shape[2:]) >= FEWEST))
        for stage in backbone.stages
    ]
    try:
        with torch.no_grad():
            backbone(image)
    finally:
        for hook in hooks:
            hook.remove()
    found = [stage for stage, maps in zip(backbone.stages, seen) if maps]
    if not found:
        raise RequestError(NO_MAPS)
    return found[-1]


@contextmanager
def _awake(module: nn.Module) -> Iterator[None]:
    """While this is open every weight lets gradients through, also those that a strategy has frozen."""
    before = [(weight, weight.requires_grad) for weight in module.parameters()]
    module.requires_grad_(True)
    try:
        yield
    finally:
        for weight, was in before:
            weight.requires_grad_(was)

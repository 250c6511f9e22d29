"""Images on disk: what a folder or an archive holds, whether it can be used, and how it is read.

Numpy and Pillow only. `layout` finds domains and classes in a folder, `archives` unpacks what strangers send,
`examining` says what is in it, `shelf` keeps what was brought in. `domains` knows both that and the published `sets`
by name, `listing` is one domain's images, `cache` has them decoded, `images` maps them.
"""

"""What can be taken away of a run: its trained model, its numbers, its story.

about.py      what a file says of the model in it
state.py      what a strategy needs beside its network to answer, as plain words and tensors
model.py      a safetensors file with everything in it, and `load_model`, which gives it back
onnx_file.py  the same answers for whoever has no torch, checked on held-out images
card.py       a model card in Markdown
tables.py     every number over the steps: CSV and Parquet
logs.py       the same numbers for MLflow and TensorBoard, while a run goes on or afterwards
format.py     what a form is; formats.py all of them by name
"""

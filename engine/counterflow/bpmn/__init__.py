"""BPMN files: XML in, the graph of `model/` out, and the reasons why some diagrams are refused."""

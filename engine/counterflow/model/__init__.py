"""The diagram: XML in, a frozen graph of nodes out, and the reasons why some diagrams are refused."""

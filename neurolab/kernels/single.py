"""Plain Python functions in single precision: a literal 0.1 or 2 would make numba compute in double.

Types follow from the literals of a function, so those in its bytecode become float32: every float, and every whole
number that is an operand of arithmetic or of a comparison. Exponents, indexes and arguments of calls stay whole.
"""

from __future__ import annotations

import dis
from types import CodeType
from typing import Any

import numpy as np

__all__ = ["in_single_precision"]


def in_single_precision(code: CodeType) -> CodeType:
    """The same code with literals of type float32."""
    consts = [_single(value) for value in code.co_consts]
    instructions = list(dis.get_instructions(code))
    body = bytearray(code.co_code)
    for place, instruction in enumerate(instructions):
        value = instruction.argval
        if instruction.opname != "LOAD_CONST" or type(value) is not int or instruction.arg is None:
            continue
        if _is_operand(instructions, place) and len(consts) < 256:
            body[instruction.offset + 1] = len(consts)
            consts.append(np.float32(value))
    return code.replace(co_consts=tuple(consts), co_code=bytes(body))


def _single(value: Any) -> Any:
    if isinstance(value, float):
        return np.float32(value)
    return tuple(_single(item) for item in value) if isinstance(value, tuple) else value


def _is_operand(instructions: list[dis.Instruction], place: int) -> bool:
    """Whether what the instruction at `place` puts on the stack is taken off by arithmetic or a comparison."""
    above = 0  # how many values lie on top of ours
    for instruction in instructions[place + 1 :]:
        name = instruction.opname
        if "JUMP" in name:
            return False
        if name in ("BINARY_OP", "COMPARE_OP", "BINARY_SUBSCR") and above <= 1:  # these take two
            exponent = "**" in instruction.argrepr and above == 0
            return name != "BINARY_SUBSCR" and not exponent
        argument = instruction.arg if instruction.opcode >= dis.HAVE_ARGUMENT else None
        above += dis.stack_effect(instruction.opcode, argument)
        if above < 0 or name in ("SWAP", "COPY"):
            return False
    return False

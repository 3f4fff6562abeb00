"""Vectors of 512 bits where a processor has them at full speed: LLVM alone would use half of them on Intel's.

Its caution is for the first such processors, which lowered their clock. The attribute that lifts it belongs to each
function, so nothing changes for numba code that is not ours. Results are the same bits: no sum is reordered.
"""

from __future__ import annotations

from typing import Any

import llvmlite.binding

__all__ = ["WIDE"]

_SLOWER = ("skylake-avx512", "cascadelake", "cooperlake", "cannonlake")
_ATTRIBUTE = '"prefer-vector-width"="512"'


def _make() -> dict[str, Any]:
    """Options for `numba.njit`: numba's own compiler, which marks each function as it is lowered."""
    from numba.core import compiler, compiler_machinery, config, lowering, typed_passes

    if (config.CPU_NAME or llvmlite.binding.get_host_cpu_name()) in _SLOWER:  # type: ignore[attr-defined]
        return {}

    class Lower(lowering.Lower):
        def setup_function(self, fndesc: Any) -> None:
            super().setup_function(fndesc)  # type: ignore[no-untyped-call]
            # `add` of llvmlite's own set knows no attributes with values
            set.add(self.function.attributes, _ATTRIBUTE)

    @compiler_machinery.register_pass(mutates_CFG=True, analysis_only=False)
    class WideLowering(typed_passes.NativeLowering):
        _name = "neurolab_wide_lowering"
        lowering_class = Lower

    class Compiler(compiler.CompilerBase):
        def define_pipelines(self) -> list[Any]:
            passes = compiler.DefaultPassBuilder.define_nopython_pipeline(self.state)
            passes.passes = [
                (WideLowering, text) if step is typed_passes.NativeLowering else (step, text)
                for step, text in passes.passes
            ]
            passes.finalize()
            return [passes]

    return dict(pipeline_class=Compiler)


try:
    WIDE = _make()
except Exception:  # a release of numba that is built otherwise: kernels are only slower
    WIDE = {}

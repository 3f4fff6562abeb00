"""How numba compiles our functions: with wide vectors, and helpers only as parts of what calls them.

LLVM alone would use half of a vector of 512 bits on Intel's processors. Its caution is for the first of them, which
lowered their clock. The attribute that lifts it belongs to each function, so nothing changes for numba code that is not
ours. Results are the same bits: no sum is reordered.

A helper that Python never calls is compiled into its callers and optimised there. Numba would also optimise it and
make machine code of it alone, for nothing: a fifth of the time of a first call.
"""

from __future__ import annotations

from typing import Any

import llvmlite.binding

__all__ = ["APART", "HELPER", "KERNEL", "WITHOUT_WRAPPERS", "is_wide"]

_SLOWER = ("skylake-avx512", "cascadelake", "cooperlake", "cannonlake")
_ATTRIBUTE = '"prefer-vector-width"="512"'


def is_wide() -> bool:
    """Whether code is made for vectors of 512 bits, as far as the processor has them."""
    from numba.core import config

    processor = config.CPU_NAME or llvmlite.binding.get_host_cpu_name()  # type: ignore[attr-defined]
    return processor not in _SLOWER


def _make() -> tuple[dict[str, Any], ...]:
    """Options of kernels, of helpers and of those that are not inlined: numba's own compiler but for lowering."""
    from numba.core import codegen, compiler, compiler_machinery, lowering, typed_passes

    wide = is_wide()

    class Lower(lowering.Lower):
        def setup_function(self, fndesc: Any) -> None:
            super().setup_function(fndesc)  # type: ignore[no-untyped-call]
            if wide:
                # `add` of llvmlite's own set knows no attributes with values
                set.add(self.function.attributes, _ATTRIBUTE)

    class LowerApart(Lower):
        def setup_function(self, fndesc: Any) -> None:
            super().setup_function(fndesc)
            self.function.attributes.add("noinline")

    class Part(codegen.JITCodeLibrary):
        """Code that others link. Of itself nothing runs: only the place of its environment has an address."""

        def _optimize_final_module(self) -> None:
            pass

        def _finalize_final_module(self) -> None:
            self._finalize_dynamic_globals()  # type: ignore[no-untyped-call]
            places = [g for g in self._final_module.global_variables if g.linkage.name == "common"]
            lines = "\n".join(f'@"{place.name}" = common global i8* null' for place in places)
            self._codegen._add_module(llvmlite.binding.parse_assembly(lines))
            self._codegen._engine.finalize_object()
            self._finalized = True

    for changed in ("_optimize_final_module", "_finalize_final_module"):
        getattr(codegen.CPUCodeLibrary, changed)  # fails where numba no longer has it

    def options(lower: Any, part: bool) -> dict[str, Any]:
        @compiler_machinery.register_pass(mutates_CFG=True, analysis_only=False)
        class Lowering(typed_passes.NativeLowering):
            _name = f"{lower.__name__} {part}"
            lowering_class = lower

            def run_pass(self, state: Any) -> Any:
                if part:
                    name = state.func_id.func_qualname
                    state.library = Part(state.targetctx.codegen(), name)  # type: ignore[no-untyped-call]
                return super().run_pass(state)  # type: ignore[no-untyped-call]

        class Compiler(compiler.CompilerBase):
            def define_pipelines(self) -> list[Any]:
                passes = compiler.DefaultPassBuilder.define_nopython_pipeline(self.state)
                passes.passes = [
                    (Lowering if step is typed_passes.NativeLowering else step, text)
                    for step, text in passes.passes
                ]
                passes.finalize()
                return [passes]

        return dict(pipeline_class=Compiler)

    return options(Lower, False), options(Lower, True), options(LowerApart, True)


try:
    KERNEL, _PART, _APART = _make()
except Exception:  # a release of numba that is built otherwise: kernels are only slower
    KERNEL, _PART, _APART = {}, {}, {}

WITHOUT_WRAPPERS: Any = dict(no_cpython_wrapper=True, no_cfunc_wrapper=True)
"""Options of a function that Python never calls; the wrappers for that would take a fifth of the compile time."""
HELPER: Any = WITHOUT_WRAPPERS | _PART
"""Of one that is compiled where it is called only."""
APART: Any = WITHOUT_WRAPPERS | _APART | dict(forceinline=False)
"""Of one that also stays a function of its own."""

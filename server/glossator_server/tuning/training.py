"""Own the training of an adapter: batches to losses, losses to weights, until nothing is gained.

It must not read files but the checkpoint: a base and tokens are handed in.

LoRA as in Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models" (2021).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glossator_server.errors import UsageError
from glossator_server.tuning.bases import OpenedBase
from glossator_server.tuning.batches import Step, padded_batches, planned_steps
from glossator_server.tuning.checkpoints import TrainingState, load_state, save_state
from glossator_server.tuning.conversations import Encoded
from glossator_server.tuning.options import TrainingProgress, TuneOptions

# The projections of a transformer block, as Llama and its kin name them.
PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
PEFT_WEIGHTS = "adapter_model.safetensors"
# The lower layers read; what they could learn is not worth a quarter of the time.
_TAUGHT_ON_A_CPU = 2 / 3
# Where the rate ends; at zero the last steps would be for nothing.
_LAST_RATE = 0.05
_LARGEST_GRADIENT = 1.0
# Of a head that is no plain projection, losses would differ in the first digits.
_SAME_LOSS = 0.05


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """What is learned, and what is only looked at to see whether learning still helps."""

    train: Sequence[Encoded]
    valid: Sequence[Encoded]


@dataclass(frozen=True, slots=True)
class TrainingHooks:
    """Who is told of each step, and who may end the run early (it can then be gone on with)."""

    progress: Callable[[TrainingProgress], None]
    is_stopped: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where an unfinished run stands, and a hash of all that must stay the same to go on."""

    folder: Path
    identity: str


class TrainingStoppedError(Exception):
    """The run was stopped; its state is kept."""


class Trainer:
    """One run on one opened base; it has learned what stands in its adapter."""

    def __init__(
        self, opened: OpenedBase, data: TrainingSet, options: TuneOptions, keeping: Keeping
    ) -> None:
        import torch

        torch.manual_seed(options.seed)
        self._torch = torch
        self._keeping = keeping
        self._options = options
        self._data = data
        self._device = opened.device
        self._lengths = [len(it.ids) for it in data.train]
        self._model = with_adapter(opened, options)
        self._causal = self._model.get_base_model()
        self._head = self._causal.get_output_embeddings()
        self._decoder = self._causal.get_decoder()
        self._weights = {
            name: it for name, it in self._model.named_parameters() if it.requires_grad
        }
        self._optimizer = torch.optim.AdamW(
            self._weights.values(),
            lr=options.learning_rate,
            weight_decay=options.weight_decay,
            betas=(0.9, 0.99),
        )
        self._check_head()

    def run(self, resumed: TrainingState | None, hooks: TrainingHooks) -> TrainingState:
        """Train until the end, and leave the best weights in the model.

        Raises `TrainingStoppedError` once the state is kept where `hooks` say so.
        """
        state = resumed or TrainingState(self._keeping.identity)
        self._take(state)
        clock = _Clock(state)
        steps = self._steps(state.epoch)
        total = max(1, round(self._options.epochs * len(steps)))
        if state.best_loss is None:
            self._evaluate(state)
        while (share := self._share(state, total, clock)) < 1.0 and not self._is_enough(state):
            if state.step_of_epoch >= len(steps):
                state.epoch, state.step_of_epoch = state.epoch + 1, 0
                steps = self._steps(state.epoch)
            step = steps[state.step_of_epoch]
            loss = self._learn(step, share)
            state.step += 1
            state.step_of_epoch += 1
            state.tokens += self._tokens(step)
            share = self._share(state, total, clock)
            if share * self._options.evaluations >= len(state.losses) or share >= 1.0:
                self._evaluate(state)
            hooks.progress(_progress(state, share, loss, clock))
            self._keep(state, clock, hooks)
        state.elapsed_s = clock.elapsed()
        self._load(state.best)
        return state

    def save(self, folder: Path, base: str) -> None:
        """Write the adapter as peft does; `base` is what those who load it look for."""
        self._model.peft_config["default"].base_model_name_or_path = base
        # Whether words were added to the base is asked of a hub otherwise; none were.
        self._model.save_pretrained(str(folder), save_embedding_layers=False)
        # Its card is an empty form but for the place of the base on this machine.
        (folder / "README.md").unlink(missing_ok=True)

    @property
    def config(self) -> Any:  # noqa: ANN401 -- transformers' own
        """Return the base's configuration."""
        return self._causal.config

    def _keep(self, state: TrainingState, clock: _Clock, hooks: TrainingHooks) -> None:
        """Write the state now and then, and before an end."""
        is_stopped = hooks.is_stopped()
        if is_stopped or clock.since_kept() > self._options.checkpoint_s:
            state.elapsed_s = clock.elapsed()
            state.weights = self._copied()
            state.moments = self._optimizer.state_dict()
            save_state(self._keeping.folder, state)
            clock.kept()
        if is_stopped:
            raise TrainingStoppedError

    def _take(self, state: TrainingState) -> None:
        if state.weights:
            self._load(state.weights)
            self._optimizer.load_state_dict(state.moments)

    def _share(self, state: TrainingState, total: int, clock: _Clock) -> float:
        """Return how much of the run is done, by steps or by time, whichever ends it first."""
        by_steps = state.step / total
        if self._options.minutes is None:
            return by_steps
        return max(by_steps, clock.elapsed() / (60 * self._options.minutes))

    def _is_enough(self, state: TrainingState) -> bool:
        return state.without_gain >= self._options.patience

    def _learn(self, step: Step, share: float) -> float:
        """Take one step of the optimiser; return the mean loss of its answer tokens."""
        data = self._data.train
        answers = sum(data[it].answer_tokens for batch in step for it in batch)
        total = 0.0
        for batch in step:
            loss = self._loss([data[it] for it in batch])
            # Every answer token of a step counts alike, in whatever batch it stands.
            (loss / max(1, answers)).backward()
            total += loss.item()
        for group in self._optimizer.param_groups:
            group["lr"] = self._options.learning_rate * rate_at(share, self._options.warm_up)
        self._torch.nn.utils.clip_grad_norm_(self._weights.values(), _LARGEST_GRADIENT)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        return total / max(1, answers)

    def _loss(self, conversations: Sequence[Encoded]) -> Any:  # noqa: ANN401 -- a tensor
        """Return the summed loss of the answer tokens; the head is asked for those alone.

        Padding stands at the right: with causal attention nothing before sees it.
        """
        torch = self._torch
        ids, taught = self._padded(conversations)
        hidden = self._decoder(input_ids=ids, use_cache=False).last_hidden_state
        # What stands at one place is written from what the model saw up to the place before.
        asked = taught[:, 1:]
        logits = self._head(hidden[:, :-1][asked]).float()
        return torch.nn.functional.cross_entropy(logits, ids[:, 1:][asked], reduction="sum")

    def _padded(self, conversations: Sequence[Encoded]) -> tuple[Any, Any]:
        torch = self._torch
        longest = max(len(it.ids) for it in conversations)
        ids = torch.zeros((len(conversations), longest), dtype=torch.long)
        taught = torch.zeros((len(conversations), longest), dtype=torch.bool)
        for row, it in enumerate(conversations):
            ids[row, : len(it.ids)] = torch.tensor(it.ids)
            taught[row, : len(it.ids)] = torch.tensor(it.taught)
        return ids.to(self._device), taught.to(self._device)

    def _evaluate(self, state: TrainingState) -> None:
        """Measure the held-out loss, and keep the weights where none was better."""
        loss = self.validation_loss()
        state.losses.append((state.step, loss))
        if state.best_loss is None or loss < state.best_loss:
            state.best_loss, state.best_step = loss, state.step
            state.best, state.without_gain = self._copied(), 0
        else:
            state.without_gain += 1

    def validation_loss(self) -> float:
        """Return the mean loss of the held-out answer tokens."""
        data = self._data.valid[: self._options.validated]
        total = 0.0
        with self._torch.inference_mode():
            batches = padded_batches([len(it.ids) for it in data], self._options.batch_tokens)
            for batch in batches:
                total += self._loss([data[it] for it in batch]).item()
        return total / max(1, sum(it.answer_tokens for it in data))

    def _check_head(self) -> None:
        """Compare with the model's own forward, which may scale or cap what the head says."""
        shortest = min(self._data.train, key=lambda it: len(it.ids))
        with self._torch.inference_mode():
            ours = self._loss([shortest]).item() / max(1, shortest.answer_tokens)
            ids, taught = self._padded([shortest])
            logits = self._causal(input_ids=ids, use_cache=False).logits[:, :-1][taught[:, 1:]]
            theirs = self._torch.nn.functional.cross_entropy(
                logits.float(), ids[:, 1:][taught[:, 1:]]
            ).item()
        if not math.isclose(ours, theirs, abs_tol=_SAME_LOSS):
            raise UsageError(
                "The base model changes what its head says in a way that training does not know; "
                "choose another base."
            )

    def _steps(self, epoch: int) -> tuple[Step, ...]:
        it = self._options
        return planned_steps(self._lengths, it.step_tokens, it.batch_tokens, it.seed, epoch)

    def _tokens(self, step: Step) -> int:
        return sum(self._lengths[it] for batch in step for it in batch)

    def _copied(self) -> dict[str, Any]:
        return {name: it.detach().cpu().clone() for name, it in self._weights.items()}

    def _load(self, weights: dict[str, Any]) -> None:
        with self._torch.no_grad():
            for name, it in self._weights.items():
                it.copy_(weights[name])


def _progress(state: TrainingState, share: float, loss: float, clock: _Clock) -> TrainingProgress:
    spent, share = clock.elapsed(), min(1.0, share)
    return TrainingProgress(
        step=state.step,
        share=share,
        loss=loss,
        validation=state.losses[-1][1],
        tokens=state.tokens,
        tokens_per_s=state.tokens / max(1e-9, spent),
        left_s=spent * (1 - share) / max(1e-9, share),
    )


def rate_at(share: float, warm_up: float) -> float:
    """Return the learning rate as a share of the highest: a short rise, then half a cosine."""
    if share < warm_up:
        return max(share / warm_up, 0.01)
    fall = (min(1.0, share) - warm_up) / max(1e-9, 1 - warm_up)
    return _LAST_RATE + (1 - _LAST_RATE) * 0.5 * (1 + math.cos(math.pi * fall))


def with_adapter(opened: OpenedBase, options: TuneOptions) -> Any:  # noqa: ANN401 -- peft's own
    """Return the model with a fresh adapter, in float32, on the projections of its upper layers."""
    from peft import LoraConfig, get_peft_model

    every = opened.model.config.num_hidden_layers
    usual = every if opened.device != "cpu" else math.ceil(every * _TAUGHT_ON_A_CPU)
    layers = min(every, options.layers or usual)
    config = LoraConfig(
        r=options.rank,
        lora_alpha=options.alpha,
        lora_dropout=0.0,
        bias="none",
        target_modules=list(PROJECTIONS),
        layers_to_transform=None if layers == every else list(range(every - layers, every)),
        task_type="CAUSAL_LM",
    )
    try:
        return get_peft_model(opened.model, config)
    except ValueError as error:
        raise UsageError(
            "The base model has none of the projections that are trained "
            f"({', '.join(PROJECTIONS)}); choose a base of the Llama kind."
        ) from error


def unfinished(keeping: Keeping) -> TrainingState | None:
    """Return the state to go on from; raises `UsageError` where it is of another run."""
    state = load_state(keeping.folder)
    if state is not None and state.identity != keeping.identity:
        raise UsageError(
            f"The unfinished run in {keeping.folder} was started with other options or data; "
            "give the same, or begin anew with --restart."
        )
    return state


class _Clock:
    """Time spent training, also before a break."""

    def __init__(self, state: TrainingState) -> None:
        self._began = time.monotonic() - state.elapsed_s
        self._kept = time.monotonic()

    def elapsed(self) -> float:
        return time.monotonic() - self._began

    def since_kept(self) -> float:
        return time.monotonic() - self._kept

    def kept(self) -> None:
        self._kept = time.monotonic()

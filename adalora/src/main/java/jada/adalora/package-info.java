/// AdaLoRA: fine-tuning a frozen transformer through low-rank updates whose ranks are found while
/// training.
///
/// ## The idea
///
/// Every adapted weight matrix W (out, in) is frozen. To it is added an update in the form of a
/// singular value decomposition,
///
///     y = x·(W + ΔW)ᵀ + b        ΔW = scale · P·diag(λ)·Q = scale · Σᵢ λᵢ · P[:,i]·Q[i,:]
///
/// a sum of r rank-one terms. Term i, the *triplet* (P[:,i], λᵢ, Q[i,:]), can be switched off by λᵢ
/// = 0 without changing the others, as long as columns of P and rows of Q are close to orthonormal.
/// By default they are, to rounding: the two factors that are trained are changed after each step
/// to the coordinates of a singular value decomposition ([Gauge]). As published, a penalty on
/// ‖PᵀP − I‖ and ‖QQᵀ − I‖ keeps them near ([AdaLoraConfig#penalized()]). Training starts with more triplets than
/// wanted, scores the importance of each for the loss, and removes the least important of all
/// matrices together. The remaining ranks show where the task needs capacity.
///
/// ## Letters
///
/// | here | shape | PEFT | |
/// |---|---|---|---|
/// | P | (out, r) | `lora_B` | left vectors, columns |
/// | λ | (r) | `lora_E`, there (r, 1) | singular values of ΔW / scale; without a gauge numbers in their place, of any sign |
/// | Q | (r, in) | `lora_A` | right vectors, rows |
/// | r₀, r_T | | `init_r`, `target_r` | triplets of a matrix at the start; at the end, on average |
/// | b(t) | | budget | triplets alive in all n matrices after step t; b₀ = n·r₀, b_T = n·r_T |
/// | γ | | `orth_reg_weight` | weight of the penalty; 0 with a gauge |
/// | t, T | | `global_step`, `total_step` | optimizer step, counted from 0; steps of the run |
///
/// ## The equations, and where they stand
///
/// 1. ΔW: [SvdLinear], its starts in [TripletStart].
/// 2. The loss is task loss + γ·R(P, Q): R in [Orthogonality].
/// 3. Importance of a triplet from its values and gradients: [PaperImportance],
///    [ArticleImportance], [MagnitudeImportance], [FisherImportance]; the last is the default.
/// 4. b(t) falls with the cube of the time left: [BudgetSchedule].
/// 5. The b(t) best live: [RankAllocator].
/// 6. The order of all that around an optimizer step: [AdaptiveRanks].
///
/// [AdaLora][jada.adalora.model.AdaLora] puts adapters into a pretrained model, [AdaptedModel][jada.adalora.model.AdaptedModel] is the result, [LoraLinear] the
/// baseline with two factors and a fixed rank, [PeftFolder][jada.adalora.peft.PeftFolder] how both are kept on disk.
///
/// ## Two readings
///
/// Beside the default, and without its gauge:
///
/// *paper* is the method as published (Zhang et al. 2023, "Adaptive Budget Allocation for
/// Parameter-Efficient Fine-Tuning") and as PEFT computes it; *article* is how a textbook chapter
/// teaches it (Brenndoerfer 2025, "AdaLoRA: Adaptive Rank Allocation for Efficient Fine-Tuning").
/// Each difference is a choice of its own in [AdaLoraConfig].
///
/// | | paper | article |
/// |---|---|---|
/// | start of P, Q | N(0, 0.02²) | orthonormal |
/// | scale | lora_alpha / (r₀ + 10⁻⁵), also after pruning | 1 |
/// | penalty | mean of unsquared norms | sum of squared norms |
/// | score | Ī·Ū over λ, P and Q, values after the step | s̄·\|λ\|·‖P‖‖Q‖, values before it |
/// | a masked triplet | learns on, and may come back | scores 0 and stays dead |
/// | pruning ends | tfinal steps before the end | with the run |
///
/// ## What is guaranteed, and where
///
/// 1. After an allocation exactly b(t) triplets live, ties or not: [RankAllocator].
/// 2. The optimizer cannot undo a mask, because masks are set after its step: [AdaptiveRanks].
/// 3. Allocation is part of training, not of the user's loop: the trainer calls [AdaptiveRanks],
///    which it knows as a [RankControl].
/// 4. A schedule that does not fit the run is refused with numbers that do; times may be fractions of
///    the run: [BudgetSchedule], [Steps].
/// 5. Task loss and penalty are reported separately, and evaluation has no penalty: [Orthogonality]
///    gives it without γ and outside the network,
///    [TrainingListener][jada.adalora.training.TrainingListener] reports it in a separate field.
/// 6. A rank is the number of living triplets, and dead ones that cannot return cost nothing:
///    [SvdLinear#rank], [SvdLinear#dropMasked].
/// 7. All state of the method can be saved and restored: [Importance#state], [SvdLinear#survivors].
/// 8. A matrix may end at rank 0, and trains, saves, loads and merges all the same: [SvdLinear],
///    [PeftFolder][jada.adalora.peft.PeftFolder].
/// 9. What is saved is what PEFT calls an ADALORA or a LORA adapter, and gives the same logits there:
///    [PeftFolder][jada.adalora.peft.PeftFolder]. Triplets can be turned into plain LoRA without loss: [AdaptedModel#toLora][jada.adalora.model.AdaptedModel#toLora].
/// 10. A budget may count parameters instead of triplets, of which those of a wide matrix have more:
///    [BudgetUnit].
package jada.adalora;

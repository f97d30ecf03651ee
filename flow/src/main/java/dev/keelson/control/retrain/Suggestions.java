package dev.keelson.control.retrain;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.control.retrain.ModelSuggestion.State;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.train.RetrainDefinition.Action;
import dev.keelson.train.RetrainDefinition.Mode;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What would have been done, kept until a person answers; each with its line of the audit trail. Safe for use by several threads. */
public final class Suggestions {
    private static final int LISTED = 1_000;

    private final Catalog catalog;
    private final InstantSource clock;

    /** Suggestions of a catalogue. */
    public Suggestions(Catalog catalog, InstantSource clock) {
        this.catalog = catalog;
        this.clock = clock;
    }

    /**
     * Keeps one; the same one that is open already is counted.
     *
     * @param key with model and action what tells it from others, such as the job that it came from
     * @param mode {@link Mode#SUGGEST}, or {@link Mode#OBSERVE}: it is only written down
     * @return as it stands now: one that was answered stays as it was
     */
    static ModelSuggestion put(
            CatalogTransaction tx, String key, String model, Action action, @Nullable Integer version, Mode mode, String text,
            @Nullable JsonNode request, Instant now) {
        String id = "%s-%s-%s-%s".formatted(ModelSuggestion.KIND, action.word(), model, key);
        Optional<ModelSuggestion> known = tx.report(id).map(ModelSuggestion::of);
        if (known.isPresent() && known.get().state() != State.OPEN) {
            return known.get();
        }
        ModelSuggestion next = known.map(each -> each.again(now, text))
                .orElseGet(() -> ModelSuggestion.made(
                        id, model, action, version, mode == Mode.SUGGEST ? State.OPEN : State.OBSERVED, now, text, request));
        tx.putReport(next.stored());
        if (known.isEmpty()) {
            tx.addAudit(new AuditEntry(
                    0, now, "keelson", mode == Mode.SUGGEST ? "suggest" : "observe", model, version, text,
                    "{\"suggestion\":\"%s\",\"action\":\"%s\"}".formatted(id, action.word())));
        }
        return next;
    }

    /** As {@link #put(CatalogTransaction, String, String, Action, Integer, Mode, String, JsonNode, Instant)}, in a transaction of its own. */
    public ModelSuggestion put(
            String key, String model, Action action, @Nullable Integer version, Mode mode, String text) {
        return catalog.write(tx -> put(tx, key, model, action, version, mode, text, null, clock.instant()));
    }

    /** Newest first; of one model, or in one state, when these are not null. */
    public List<ModelSuggestion> list(@Nullable String model, @Nullable State state) {
        return catalog.read(tx -> list(tx, model)).stream()
                .filter(each -> state == null || each.state() == state)
                .toList();
    }

    static List<ModelSuggestion> list(CatalogTransaction tx, @Nullable String model) {
        return tx.reports(ModelSuggestion.KIND, model, LISTED).stream().map(ModelSuggestion::of).toList();
    }

    /**
     * The one of that id.
     *
     * @throws KeelsonException NOT_FOUND
     */
    public ModelSuggestion one(String id) {
        return catalog.read(tx -> tx.report(id))
                .filter(each -> each.kind().equals(ModelSuggestion.KIND))
                .map(ModelSuggestion::of)
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_FOUND,
                        "There is no suggestion (%s).".formatted(id),
                        "Maybe list them: `keelson suggestions list`."));
    }

    /**
     * One that is open.
     *
     * @throws KeelsonException NOT_FOUND; CONFLICT when it was answered
     */
    public ModelSuggestion open(String id) {
        ModelSuggestion found = one(id);
        if (found.state() != State.OPEN) {
            throw new KeelsonException(
                    ErrorCode.CONFLICT, "The suggestion (%s) is %s.".formatted(id, found.state().word()), null);
        }
        return found;
    }

    /**
     * A person answers.
     *
     * @throws KeelsonException NOT_FOUND; CONFLICT when somebody did already; BAD_REQUEST without a reason
     */
    public ModelSuggestion decide(String id, State as, String actor, String reason) {
        if (reason.isBlank()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "A reason is needed: it stays in the audit trail.", "Maybe add --reason \"...\".");
        }
        Instant now = clock.instant();
        open(id);
        return catalog.write(tx -> {
            ModelSuggestion still = tx.report(id).map(ModelSuggestion::of).orElseThrow();
            if (still.state() != State.OPEN) {
                throw new KeelsonException(ErrorCode.CONFLICT, "The suggestion (%s) is %s.".formatted(id, still.state().word()), null);
            }
            ModelSuggestion decided = still.decided(as, actor, reason, now);
            tx.putReport(decided.stored());
            tx.addAudit(new AuditEntry(
                    0, now, actor, "suggestion " + as.word(), decided.model(), decided.version(), reason,
                    "{\"suggestion\":\"%s\"}".formatted(id)));
            return decided;
        });
    }

    /** One that cannot be done any more, or was done otherwise; nothing when it is not open. */
    static void overtaken(CatalogTransaction tx, String id, String why, Instant now) {
        tx.report(id).map(ModelSuggestion::of).filter(each -> each.state() == State.OPEN).ifPresent(each ->
                tx.putReport(each.decided(State.OVERTAKEN, "keelson", why, now).stored()));
    }
}

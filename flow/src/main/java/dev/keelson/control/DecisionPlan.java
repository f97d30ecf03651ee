package dev.keelson.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * How a challenger is tested against the champion: agreed before the first look, and not changed afterwards. Another plan is
 * another test, which begins anew.
 *
 * @param horizon settlement epochs after which the champion stays when nothing was decided, at least 30
 * @param lookEvery 0 for evidence that may be looked at at any time; else a change is looked at every so many epochs alone, by
 *     the bounds of a group-sequential test that ends at the horizon
 * @param strict whether a change needs the distribution-free evidence too, however many epochs there are
 * @param worthwhile a mean gain of a change up to it is none, in the loss's own unit; at least 0
 * @param overlapping so many epochs in a row are not independent, as outcomes show as much later; 1 when they are
 * @param cap where a change is judged by the profit of flat bets, most units that are counted of a win; 0 where by the loss
 * @param epoch what makes up a settlement epoch
 * @param together challengers of one champion whose changes share a level
 * @param refreshAlpha chance that a refresh is promoted though it is worse by more than the margin, above 0 and below 0.5
 */
public record DecisionPlan(
        int horizon,
        int lookEvery,
        boolean strict,
        double worthwhile,
        int overlapping,
        double refreshAlpha,
        double cap,
        EpochKey epoch,
        Together together) {
    /** Without a word about it: looks at any time over 180 epochs. */
    public static final DecisionPlan STANDARD = new DecisionPlan(180, 0, false, 0, 1);

    public DecisionPlan {
        if (!(refreshAlpha > 0 && refreshAlpha < 0.5)) {
            throw new IllegalArgumentException("refreshAlpha (%s) must lie between 0 and 0.5.".formatted(refreshAlpha));
        }
        if (!(cap >= 0)) {
            throw new IllegalArgumentException("cap (%s) must not be negative.".formatted(cap));
        }
        if (horizon < PromotionGate.BURN_IN || lookEvery < 0 || !(worthwhile >= 0) || overlapping < 1) {
            throw new IllegalArgumentException(
                    "horizon (%d) must be at least %d, lookEvery (%d) and worthwhile (%s) must not be negative and overlapping (%d) must be at least 1."
                            .formatted(horizon, PromotionGate.BURN_IN, lookEvery, worthwhile, overlapping));
        }
    }

    /** Of losses by day, at the standard level for refreshes. */
    public DecisionPlan(int horizon, int lookEvery, boolean strict, double worthwhile, int overlapping) {
        this(horizon, lookEvery, strict, worthwhile, overlapping, 0.05, 0, EpochKey.DAY, Together.ALONE);
    }

    /** The same for challengers that share a level. */
    public DecisionPlan sharing(Together others) {
        return new DecisionPlan(horizon, lookEvery, strict, worthwhile, overlapping, refreshAlpha, cap, epoch, others);
    }

    /** Whether a change is judged by profit. */
    public boolean byProfit() {
        return cap > 0;
    }

    /** The same of a replay, where there are no prices and no tests that are agreed beforehand: by the loss, each by itself. */
    DecisionPlan inReplay() {
        return new DecisionPlan(horizon, lookEvery, strict, worthwhile, overlapping, refreshAlpha, 0, epoch, Together.ALONE);
    }

    /** The same at another level for refreshes. */
    DecisionPlan refreshAt(double alpha) {
        return new DecisionPlan(horizon, lookEvery, strict, worthwhile, overlapping, alpha, cap, epoch, together);
    }

    /** The same for a watch of so many epochs over a promotion: at any time, whatever is better. */
    DecisionPlan watching(int epochs) {
        return new DecisionPlan(epochs, 0, strict, 0, overlapping, refreshAlpha, cap, epoch, Together.ALONE);
    }

    /** Whether it is looked at a few times alone. */
    public boolean groupSequential() {
        return lookEvery > 0;
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("horizon", horizon).put("look_every", lookEvery).put("strict", strict);
        node.put("worthwhile", worthwhile).put("overlapping", overlapping).put("refresh_alpha", refreshAlpha)
                .put("cap", cap)
                .put("epoch", epoch.name().toLowerCase(Locale.ROOT));
        if (together.several()) { // terms that were agreed on before there was such a thing stay the same
            node.put("together", together.challengers()).put("bound", together.bound().name().toLowerCase(Locale.ROOT));
        }
        return node;
    }

    /** Reads what {@link #toJson} wrote. */
    public static DecisionPlan fromJson(JsonNode node) {
        return new DecisionPlan(
                node.path("horizon").asInt(),
                node.path("look_every").asInt(),
                node.path("strict").asBoolean(),
                node.path("worthwhile").asDouble(),
                node.path("overlapping").asInt(),
                node.path("refresh_alpha").asDouble(),
                node.path("cap").asDouble(),
                EpochKey.valueOf(node.path("epoch").asText("day").toUpperCase(Locale.ROOT)),
                new Together(
                        node.path("together").asInt(1),
                        Together.Bound.valueOf(node.path("bound").asText("any").toUpperCase(Locale.ROOT))));
    }
}

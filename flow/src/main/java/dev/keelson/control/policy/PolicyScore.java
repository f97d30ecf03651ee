package dev.keelson.control.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.policy.DatedChanges.Seen;
import dev.keelson.stats.BlockBootstrap;
import dev.keelson.stats.Interval;
import org.jspecify.annotations.Nullable;

/**
 * How a policy did.
 *
 * @param path what it did
 * @param loss mean loss of what it served, for each event
 * @param money units won by flat stakes of one, or summed returns of what is held; NaN without bets and holdings
 * @param cost summed loss times its value, plus the price of every retraining
 * @param regret share of what the clairvoyant oracle saves against never retraining that the policy fails to save, at this
 *     price: 0 is the oracle, 1 never retraining, above 1 worse than that; NaN where the oracle saves nothing
 * @param falsePromotions those after which the version replaced would have lost less until the next change of version
 * @param missedPromotions refusals after which the version refused would have lost less until the next change of version
 * @param seen its alarms beside the dated changes; null where none are given or it does not look
 * @param staleShare share of events served while the newest version would have lost over 1 % less, averaged over five periods
 * @param meanAgeDays mean age of the version that served, in days since its training, weighted by events
 * @param cpuSeconds of its trainings; NaN where that is not known of all
 * @param randomLow 5 % quantile of the loss of as many retrainings at times drawn by chance
 * @param randomHigh 95 % quantile of the same
 * @param againstNever mean loss saved for each event against never retraining; null for itself and for yardsticks
 * @param againstToday the same against today's policy
 * @param worth what it saves a year against never retraining, retrainings paid, with its interval; null where that is
 */
public record PolicyScore(
        PolicyPath path,
        double loss,
        double money,
        double cost,
        double regret,
        int falsePromotions,
        int missedPromotions,
        @Nullable Seen seen,
        double staleShare,
        double meanAgeDays,
        double cpuSeconds,
        double randomLow,
        double randomHigh,
        BlockBootstrap.@Nullable Result againstNever,
        BlockBootstrap.@Nullable Result againstToday,
        @Nullable Interval worth) {

    /** Its name. */
    public String name() {
        return path.name();
    }

    /** Trainings. */
    public int retrains() {
        return path.count(PolicyPath.Type.RETRAIN);
    }

    /** Whether it lost less than never retraining, beyond chance and the number of policies tried. */
    public boolean beatsNever() {
        BlockBootstrap.Result result = againstNever;
        return result != null && result.pValue() < 0.05 && result.interval().estimate() > 0;
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("policy", name());
        node.put("yardstick", path.kind() == PolicyPath.Kind.YARDSTICK);
        node.set("loss", number(loss));
        node.set("money", number(money));
        node.set("cost", number(cost));
        node.set("regret", number(regret));
        node.put("retrains", retrains());
        node.put("promotions", path.count(PolicyPath.Type.PROMOTE));
        node.put("refusals", path.count(PolicyPath.Type.REFUSE));
        node.put("rollbacks", path.count(PolicyPath.Type.ROLLBACK));
        node.put("alarms", path.count(PolicyPath.Type.ALARM));
        node.put("false_promotions", falsePromotions);
        node.put("missed_promotions", missedPromotions);
        Seen alarms = seen;
        if (alarms == null) {
            node.putNull("changes");
        } else {
            ObjectNode changes = node.putObject("changes");
            changes.put("dated", alarms.changes());
            changes.put("found", alarms.found());
            changes.set("alarm_delay_days", number(alarms.delayDays()));
            changes.put("false_alarms", alarms.falseAlarms());
            changes.set("false_alarms_a_year", number(alarms.falseAlarmsAYear()));
            changes.set("false_alarm_share", number(alarms.falseAlarmShare()));
        }
        node.set("stale_share", number(staleShare));
        node.set("mean_age_days", number(meanAgeDays));
        node.set("cpu_seconds", number(cpuSeconds));
        node.putArray("random_band").add(number(randomLow)).add(number(randomHigh));
        node.set("against_never", result(againstNever));
        node.set("against_today", result(againstToday));
        Interval year = worth;
        if (year == null) {
            node.putNull("worth_a_year");
        } else {
            node.putArray("worth_a_year")
                    .add(number(year.lower()))
                    .add(number(year.estimate()))
                    .add(number(year.upper()));
        }
        return node;
    }

    private static JsonNode result(BlockBootstrap.@Nullable Result result) {
        if (result == null) {
            return JsonNodeFactory.instance.nullNode();
        }
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.set("gain", number(result.interval().estimate()));
        node.set("lower", number(result.interval().lower()));
        node.set("upper", number(result.interval().upper()));
        node.set("p", number(result.pValue()));
        return node;
    }

    static JsonNode number(double value) {
        return Double.isFinite(value) ? JsonNodeFactory.instance.numberNode(value) : JsonNodeFactory.instance.nullNode();
    }
}

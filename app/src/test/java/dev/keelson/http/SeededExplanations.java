package dev.keelson.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Three features, two versions; what was asked is said back. The model with the odds cannot be explained. */
final class SeededExplanations implements Explanations {
    private static final List<String> FEATURES = List.of("elo_gap", "home.team_form.points_last10", "overround_b365");
    private static final double[] NEWEST = {0.62, 0.30, 0.08};
    private static final double[] BEFORE = {0.48, 0.43, 0.09};
    private static final List<String> MARGINS = List.of("H", "D", "A");

    private static ObjectNode of(String model) {
        return JsonNodeFactory.instance.objectNode().put("model", model);
    }

    @Override
    public ObjectNode importance(String model, int versions) {
        ObjectNode document = of(model).put("limit", versions);
        ArrayNode list = document.putArray("versions");
        list.addObject().put("version", 8).put("run", "b").put("kind", "refresh");
        list.addObject().put("version", 7).put("run", "a").put("kind", "initial");
        ArrayNode features = document.putArray("features");
        for (int f = 0; f < FEATURES.size(); f++) {
            double change = NEWEST[f] - BEFORE[f];
            ObjectNode feature = features.addObject().put("feature", FEATURES.get(f)).put("moved", Math.abs(change) >= MOVED);
            ArrayNode cells = feature.putArray("versions");
            cells.addObject().put("share", NEWEST[f]).put("rank", f + 1).put("share_change", change).put("rank_change", 0);
            cells.addObject()
                    .put("share", BEFORE[f])
                    .put("rank", f + 1)
                    .putObject("permutation")
                    .put("loss_increase", 0.03 / (f + 1))
                    .put("lower", 0.012 - 0.007 * f)
                    .put("upper", 0.05 / (f + 1))
                    .put("rows", 1_240)
                    .put("repeats", 5);
        }
        return document.put("moved_limit", MOVED).put("moved", 2);
    }

    @Override
    public ObjectNode model(String model, @Nullable Integer version, int rows) {
        if (!model.equals(SeededBackend.MODEL)) {
            throw new KeelsonException(ErrorCode.NOT_READY, "The model (%s) was trained on other features.".formatted(model), null);
        }
        ObjectNode document = of(model).put("version", version == null ? Integer.valueOf(7) : version).put("exact", true).put("note", "Before calibration.");
        document.putObject("rows").put("count", rows).put("of", "test");
        MARGINS.forEach(document.putArray("margins")::add);
        ArrayNode features = document.putArray("features");
        for (int f = 0; f < FEATURES.size(); f++) {
            ObjectNode feature = features.addObject().put("feature", FEATURES.get(f)).put("mean_abs", NEWEST[f]).put("share", NEWEST[f]);
            ObjectNode margins = feature.putObject("margins");
            for (int k = 0; k < MARGINS.size(); k++) {
                margins.putObject(MARGINS.get(k)).put("mean_abs", NEWEST[f] / 3).put("direction", 0.8 - 0.8 * k);
            }
        }
        return document;
    }

    @Override
    public ObjectNode row(String model, @Nullable Integer version, String row) {
        return of(model).put("version", version).put("row", row);
    }

    @Override
    public ObjectNode prediction(UUID id) {
        ObjectNode document = of(SeededBackend.MODEL).put("prediction_id", id.toString()).put("note", "Before calibration.");
        document.putArray("set").add("H").add("D");
        document.put("coverage", 0.9);
        document.putObject("prediction").put("H", 0.5).put("D", 0.3).put("A", 0.2);
        ArrayNode sums = document.putArray("sums");
        MARGINS.forEach(margin -> sums.addObject().put("margin", margin).put("expected", 0.1).put("sum", 0.1 + 0.4 - 0.15 + 0.02));
        ArrayNode contributions = document.putArray("contributions");
        double[] told = {0.4, -0.15, 0.02};
        for (int f = 0; f < FEATURES.size(); f++) {
            ObjectNode each = contributions.addObject().put("feature", FEATURES.get(f));
            each.put("value", f == 2 ? null : 1.5 * f);
            ObjectNode margins = each.putObject("margins");
            for (String margin : MARGINS) {
                margins.put(margin, told[f]);
            }
        }
        return document;
    }
}

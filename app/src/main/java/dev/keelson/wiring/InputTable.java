package dev.keelson.wiring;

import dev.keelson.features.FeatureColumn;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import dev.keelson.monitor.FrameData;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Inputs of a model as a table: features, watched values, and the column of the segments where they do not have it. */
final class InputTable {
    private InputTable() {}

    /**
     * Makes one.
     *
     * @param columns features, then watched values, one array for each
     * @param segments of each row
     */
    static FrameData of(String name, ModelPlan plan, double[][] columns, List<String> segments) {
        Set<String> categories = new HashSet<>();
        plan.service().columns().stream()
                .filter(FeatureColumn::category)
                .forEach(each -> categories.add(each.name()));
        List<String> names = new ArrayList<>(plan.service().names());
        names.addAll(plan.watchNames());
        List<Column> schema = new ArrayList<>();
        List<Vector> vectors = new ArrayList<>();
        for (int c = 0; c < columns.length; c++) {
            boolean category = categories.contains(names.get(c));
            schema.add(new Column(names.get(c), category ? ColumnType.STRING : ColumnType.DOUBLE));
            vectors.add(category ? texts(plan, columns[c]) : new Vector.Doubles(columns[c], null));
        }
        String segment = plan.segmentColumn();
        if (segment != null && !names.contains(segment)) {
            schema.add(new Column(segment, ColumnType.STRING));
            vectors.add(new Vector.Strings(segments.toArray(String[]::new)));
        }
        return new FrameData(name, new Frame(new Schema(schema), vectors, segments.size()));
    }

    private static Vector texts(ModelPlan plan, double[] keys) {
        @Nullable String[] texts = new @Nullable String[keys.length];
        for (int i = 0; i < keys.length; i++) {
            String text = plan.service().text(keys[i]);
            texts[i] = Double.isFinite(keys[i]) ? text == null ? "#%.0f".formatted(keys[i]) : text : null;
        }
        return new Vector.Strings(texts);
    }
}

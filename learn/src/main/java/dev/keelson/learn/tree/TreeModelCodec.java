package dev.keelson.learn.tree;

import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.spi.ModelCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads tree ensembles from the files of the library that trained them. */
public final class TreeModelCodec implements ModelCodec {
    private final TreeFormat format;

    /** For XGBoost's own UBJSON file. */
    public TreeModelCodec() {
        this(TreeFormat.XGBOOST);
    }

    /** For files of a format. */
    public TreeModelCodec(TreeFormat format) {
        this.format = format;
    }

    @Override
    public String format() {
        return format.id();
    }

    @Override
    public Model load(List<String> features, Task task, Map<String, byte[]> files) {
        List<byte[]> parts = new ArrayList<>();
        byte[] only = files.get(format.file(0, 1));
        if (only != null) {
            parts.add(only);
        } else {
            int count = files.size();
            for (int k = 0; k < count; k++) {
                byte[] part = files.get(format.file(k, count + 1));
                if (part == null) {
                    break;
                }
                parts.add(part);
            }
        }
        if (parts.isEmpty()) {
            throw new IllegalArgumentException(
                    "The model has no file %s; it has %s.".formatted(format.file(0, 1), files.keySet()));
        }
        return new TreeModel(format, features, task, parts);
    }
}

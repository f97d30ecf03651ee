package dev.keelson.learn.tree;

import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.spi.ModelCodec;
import java.util.List;
import java.util.Map;

/** Reads tree ensembles from XGBoost's own UBJSON file. */
public final class TreeModelCodec implements ModelCodec {
    static final String FORMAT = "xgboost";
    static final String FILE = "model.ubj";

    @Override
    public String format() {
        return FORMAT;
    }

    @Override
    public Model load(List<String> features, Task task, Map<String, byte[]> files) {
        byte[] file = files.get(FILE);
        if (file == null) {
            throw new IllegalArgumentException("The model has no file %s; it has %s.".formatted(FILE, files.keySet()));
        }
        return new TreeModel(features, task, file);
    }
}

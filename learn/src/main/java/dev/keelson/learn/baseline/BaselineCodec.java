package dev.keelson.learn.baseline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.spi.ModelCodec;
import dev.keelson.learn.spi.ModelJson;
import java.util.List;
import java.util.Map;

/** Reads baselines from canonical JSON. */
public final class BaselineCodec implements ModelCodec {
    static final String FORMAT = "keelson-baseline";
    static final String FILE = "baseline.json";
    static final int VERSION = 1;

    @Override
    public String format() {
        return FORMAT;
    }

    @Override
    public Model load(List<String> features, Task task, Map<String, byte[]> files) {
        JsonNode json = ModelJson.read(files, FILE, VERSION);
        int[] through = new int[json.path("through").size()];
        for (int k = 0; k < through.length; k++) {
            through[k] = json.path("through").path(k).asInt(-1);
        }
        return new BaselineModel(features, task, ModelJson.numbers(json.path("constant")), through);
    }
}

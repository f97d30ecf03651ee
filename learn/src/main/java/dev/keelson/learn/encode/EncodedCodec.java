package dev.keelson.learn.encode;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.spi.ModelCodec;
import dev.keelson.learn.spi.ModelFiles;
import dev.keelson.learn.spi.ModelJson;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Reads models behind an encoding: {@code encoding.json}, and the model in a folder of its own. */
public final class EncodedCodec implements ModelCodec {
    static final String FORMAT = "keelson-encoded";
    static final String FILE = "encoding.json";
    static final String FOLDER = "model/";
    static final int VERSION = 1;

    private final List<ModelCodec> codecs;

    /** @param codecs one for each format of the models behind encodings */
    public EncodedCodec(Collection<? extends ModelCodec> codecs) {
        this.codecs = List.copyOf(codecs);
    }

    @Override
    public String format() {
        return FORMAT;
    }

    @Override
    public Model load(List<String> features, Task task, Map<String, byte[]> files) {
        JsonNode json = ModelJson.read(files, FILE, VERSION);
        List<String> targets = task instanceof Task.Classification classes ? classes.classes() : List.of("value");
        Encoding encoding = Encoding.fromJson(features, targets, json);
        ModelCodec codec = ModelFiles.codec(codecs, json.path("model").asText());
        return new EncodedModel(encoding, codec.load(encoding.columns(), task, ModelFiles.within(files, FOLDER)));
    }
}

package dev.keelson.learn.encode;

import dev.keelson.id.CanonicalJson;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.spi.ModelFiles;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A model behind the {@link Encoding} that it was fitted with: it reads categories as they come in. */
public final class EncodedModel implements Model {
    private final Encoding encoding;
    private final Model model;

    /**
     * @param model reads the encoding's columns
     * @throws IllegalArgumentException if it reads others
     */
    EncodedModel(Encoding encoding, Model model) {
        if (!model.features().equals(encoding.columns())) {
            throw new IllegalArgumentException("The model reads %s, and the encoding makes %s."
                    .formatted(model.features(), encoding.columns()));
        }
        this.encoding = encoding;
        this.model = model;
    }

    /** How categories are encoded. */
    public Encoding encoding() {
        return encoding;
    }

    /** What reads the encoded columns. */
    public Model model() {
        return model;
    }

    @Override
    public String format() {
        return EncodedCodec.FORMAT;
    }

    @Override
    public List<String> features() {
        return encoding.features();
    }

    @Override
    public Task task() {
        return model.task();
    }

    @Override
    public void predict(double[] row, double[] out) {
        model.predict(encoding.apply(row), out);
    }

    @Override
    public double[] predictAll(FeatureMatrix rows) {
        FeatureMatrix mine = rows.names().equals(features()) ? rows : rows.select(features());
        return model.predictAll(encoding.apply(mine));
    }

    @Override
    public int crossed(FeatureMatrix rows) {
        FeatureMatrix mine = rows.names().equals(features()) ? rows : rows.select(features());
        return model.crossed(encoding.apply(mine));
    }

    /** {@inheritDoc} All columns of a feature count together. */
    @Override
    public double[] importance() {
        double[] shares = new double[features().size()];
        double[] columns = model.importance();
        for (int c = 0; c < columns.length; c++) {
            shares[encoding.feature(c)] += columns[c];
        }
        return shares;
    }

    @Override
    public Map<String, byte[]> save() {
        Map<String, byte[]> files = new TreeMap<>();
        ModelFiles.put(files, EncodedCodec.FOLDER, model);
        ObjectNode json = encoding.toJson();
        json.put("format_version", EncodedCodec.VERSION);
        json.put("model", model.format());
        files.put(EncodedCodec.FILE, CanonicalJson.write(json).getBytes(StandardCharsets.UTF_8));
        return files;
    }
}

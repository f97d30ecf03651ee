package dev.keelson.learn.imported;

import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.spi.ModelCodec;
import java.util.List;
import java.util.Map;

/**
 * Loads imported models: {@code import.json} with the file it speaks of. Files of ONNX and CatBoost need their engines, which are
 * found as a service; the others none.
 */
public final class ImportedCodec implements ModelCodec {

    @Override
    public String format() {
        return ImportedModel.FORMAT;
    }

    @Override
    public Model load(List<String> features, Task task, Map<String, byte[]> files) {
        ImportHeader header = ImportHeader.read(files);
        byte[] file = files.get(header.format().file());
        if (file == null) {
            throw new IllegalArgumentException("The model has no file %s; it has %s."
                    .formatted(header.format().file(), files.keySet()));
        }
        return new ImportedModel(features, task, header, file);
    }
}

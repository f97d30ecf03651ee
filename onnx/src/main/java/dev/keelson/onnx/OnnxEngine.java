package dev.keelson.onnx;

import dev.keelson.learn.imported.FileEngine;
import dev.keelson.learn.imported.FileEvaluator;
import dev.keelson.learn.imported.FileFormat;
import org.jspecify.annotations.Nullable;

/** Evaluates ONNX files by ONNX Runtime. Safe for use by several threads. */
public final class OnnxEngine implements FileEngine {

    @Override
    public FileFormat format() {
        return FileFormat.ONNX;
    }

    @Override
    public FileEvaluator open(byte[] file, @Nullable String output) {
        OnnxFile contents = OnnxFile.read(file); // before the library sees it
        return OnnxEvaluator.open(file, contents, output);
    }
}

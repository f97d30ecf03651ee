package dev.keelson.catboost;

import dev.keelson.learn.imported.FileEngine;
import dev.keelson.learn.imported.FileEvaluator;
import dev.keelson.learn.imported.FileFormat;
import org.jspecify.annotations.Nullable;

/** Evaluates {@code .cbm} files by CatBoost's library for predictions. Safe for use by several threads. */
public final class CatBoostEngine implements FileEngine {

    @Override
    public FileFormat format() {
        return FileFormat.CATBOOST;
    }

    @Override
    public FileEvaluator open(byte[] file, @Nullable String output) {
        CbmFile contents = CbmFile.read(file); // before the library sees it
        return CatBoostEvaluator.open(file, contents);
    }
}

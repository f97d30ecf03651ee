package dev.keelson.boosting.lightgbm;

import dev.keelson.learn.FeatureMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** LightGBM's C interface, as far as training needs it. Safe for use by several threads on handles of their own. */
final class LightGbmLibrary {
    /** What a prediction tells. */
    enum Kind {
        NORMAL(0),
        RAW(1),
        LEAF(2),
        CONTRIBUTIONS(3);

        private final int code;

        Kind(int code) {
            this.code = code;
        }
    }

    private static final int FLOAT = 0;
    private static final int DOUBLE = 1;
    private static final int ROW_MAJOR = 1;
    private static final int BY_GAIN = 1;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final MemoryLayout POINTER = ValueLayout.ADDRESS;

    private final MethodHandle lastError;
    private final MethodHandle datasetCreate;
    private final MethodHandle datasetSetField;
    private final MethodHandle datasetFree;
    private final MethodHandle boosterCreate;
    private final MethodHandle boosterAddValidation;
    private final MethodHandle boosterUpdate;
    private final MethodHandle boosterPredictionCount;
    private final MethodHandle boosterPredictions;
    private final MethodHandle boosterSave;
    private final MethodHandle boosterLoad;
    private final MethodHandle boosterPredict;
    private final MethodHandle boosterMerge;
    private final MethodHandle boosterRefit;
    private final MethodHandle boosterFree;

    LightGbmLibrary(SymbolLookup symbols) {
        lastError = handle(symbols, "LGBM_GetLastError", FunctionDescriptor.of(POINTER));
        datasetCreate = call(
                symbols, "LGBM_DatasetCreateFromMat", POINTER, INT, INT, INT, INT, POINTER, POINTER, POINTER);
        datasetSetField = call(symbols, "LGBM_DatasetSetField", POINTER, POINTER, POINTER, INT, INT);
        datasetFree = call(symbols, "LGBM_DatasetFree", POINTER);
        boosterCreate = call(symbols, "LGBM_BoosterCreate", POINTER, POINTER, POINTER);
        boosterAddValidation = call(symbols, "LGBM_BoosterAddValidData", POINTER, POINTER);
        boosterUpdate = call(symbols, "LGBM_BoosterUpdateOneIter", POINTER, POINTER);
        boosterPredictionCount = call(symbols, "LGBM_BoosterGetNumPredict", POINTER, INT, POINTER);
        boosterPredictions = call(symbols, "LGBM_BoosterGetPredict", POINTER, INT, POINTER, POINTER);
        boosterSave = call(
                symbols, "LGBM_BoosterSaveModelToString", POINTER, INT, INT, INT, LONG, POINTER, POINTER);
        boosterLoad = call(symbols, "LGBM_BoosterLoadModelFromString", POINTER, POINTER, POINTER);
        boosterPredict = call(
                symbols,
                "LGBM_BoosterPredictForMat",
                POINTER,
                POINTER,
                INT,
                INT,
                INT,
                INT,
                INT,
                INT,
                INT,
                POINTER,
                POINTER,
                POINTER);
        boosterMerge = call(symbols, "LGBM_BoosterMerge", POINTER, POINTER);
        boosterRefit = call(symbols, "LGBM_BoosterRefit", POINTER, POINTER, INT, INT);
        boosterFree = call(symbols, "LGBM_BoosterFree", POINTER);
    }

    private static MethodHandle call(SymbolLookup symbols, String name, MemoryLayout... arguments) {
        return handle(symbols, name, FunctionDescriptor.of(INT, arguments));
    }

    @SuppressWarnings("restricted") // the launcher enables native access
    private static MethodHandle handle(SymbolLookup symbols, String name, FunctionDescriptor descriptor) {
        MemorySegment symbol = symbols.find(name)
                .orElseThrow(() -> new IllegalArgumentException("The library has no function %s.".formatted(name)));
        return Linker.nativeLinker().downcallHandle(symbol, descriptor);
    }

    /** Refused by the library; the message is the library's. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    /** Calls with whatever arguments; nothing here is called often enough for an exact call to matter. */
    private void invoke(MethodHandle function, Object... arguments) throws Refused {
        if ((int) invokeAny(function, arguments) != 0) {
            MemorySegment message = (MemorySegment) invokeAny(lastError);
            throw new Refused(text(message));
        }
    }

    private static Object invokeAny(MethodHandle function, Object... arguments) {
        try {
            return function.invokeWithArguments(arguments);
        } catch (Error | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("LightGBM cannot be called.", e);
        }
    }

    @SuppressWarnings("restricted") // text of the library ends with a zero
    private static String text(MemorySegment start) {
        return start.reinterpret(Long.MAX_VALUE).getString(0);
    }

    /** Rows in native memory; row by row, as doubles. */
    private static MemorySegment rowMajor(Arena arena, FeatureMatrix features) {
        int rows = features.rows();
        int width = features.width();
        MemorySegment segment = arena.allocate(ValueLayout.JAVA_DOUBLE, Math.multiplyExact((long) rows, width));
        for (int j = 0; j < width; j++) {
            double[] column = features.columns()[j];
            for (int i = 0; i < rows; i++) {
                segment.setAtIndex(ValueLayout.JAVA_DOUBLE, (long) i * width + j, column[i]);
            }
        }
        return segment;
    }

    /** Rows with targets. */
    final class Dataset implements AutoCloseable {
        private final MemorySegment handle;
        private final int rows;

        /**
         * @param like the rows whose histogram bins it takes; null for bins of its own
         */
        Dataset(FeatureMatrix features, String parameters, @Nullable Dataset like)
                throws Refused {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
                invoke(
                        datasetCreate,
                        rowMajor(arena, features),
                        DOUBLE,
                        features.rows(),
                        features.width(),
                        ROW_MAJOR,
                        arena.allocateFrom(parameters),
                        like == null ? MemorySegment.NULL : like.handle,
                        out);
                this.handle = out.get(ValueLayout.ADDRESS, 0);
                this.rows = features.rows();
            }
        }

        void set(String field, float[] values) throws Refused {
            try (Arena arena = Arena.ofConfined()) {
                invoke(
                        datasetSetField,
                        handle,
                        arena.allocateFrom(field),
                        arena.allocateFrom(ValueLayout.JAVA_FLOAT, values),
                        rows,
                        FLOAT);
            }
        }

        /** Margins to go on from, output by output. */
        void start(double[] margins) throws Refused {
            try (Arena arena = Arena.ofConfined()) {
                invoke(
                        datasetSetField,
                        handle,
                        arena.allocateFrom("init_score"),
                        arena.allocateFrom(ValueLayout.JAVA_DOUBLE, margins),
                        margins.length,
                        DOUBLE);
            }
        }

        @Override
        public void close() {
            invokeAny(datasetFree, handle);
        }
    }

    /** Trees that grow. */
    final class Booster implements AutoCloseable {
        private final MemorySegment handle;

        private Booster(MemorySegment handle) {
            this.handle = handle;
        }

        void watch(Dataset validation) throws Refused {
            invoke(boosterAddValidation, handle, validation.handle);
        }

        /** One round more; false when no split was left, so that nothing was added. */
        boolean update() throws Refused {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment finished = arena.allocate(INT);
                invoke(boosterUpdate, handle, finished);
                return finished.get(INT, 0) == 0;
            }
        }

        /** Puts copies of another booster's trees before its own. */
        void putBefore(Booster other) throws Refused {
            invoke(boosterMerge, handle, other.handle);
        }

        /**
         * Moves the values of the leaves towards those that its rows give them.
         *
         * @param leaves the leaf of each row in each tree, row by row
         */
        void refit(int[] leaves, int rows, int trees) throws Refused {
            try (Arena arena = Arena.ofConfined()) {
                invoke(boosterRefit, handle, arena.allocateFrom(INT, leaves), rows, trees);
            }
        }

        /** Predictions for the rows watched, output by output. */
        double[] watched() throws Refused {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment count = arena.allocate(LONG);
                invoke(boosterPredictionCount, handle, 1, count);
                MemorySegment values = arena.allocate(ValueLayout.JAVA_DOUBLE, count.get(LONG, 0));
                invoke(boosterPredictions, handle, 1, count, values);
                return values.toArray(ValueLayout.JAVA_DOUBLE);
            }
        }

        /** The first so many rounds as text; -1 for all. */
        byte[] save(int rounds) throws Refused {
            long capacity = 1 << 16;
            while (true) {
                try (Arena arena = Arena.ofConfined()) {
                    MemorySegment length = arena.allocate(LONG);
                    MemorySegment text = arena.allocate(capacity);
                    invoke(boosterSave, handle, 0, rounds, BY_GAIN, capacity, length, text);
                    long needed = length.get(LONG, 0);
                    if (needed <= capacity) {
                        return text.getString(0).getBytes(StandardCharsets.UTF_8);
                    }
                    capacity = needed;
                }
            }
        }

        /** The library's own predictions, row by row. */
        double[] predict(FeatureMatrix features, Kind kind, int outputs) throws Refused {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment length = arena.allocate(LONG);
                MemorySegment values =
                        arena.allocate(ValueLayout.JAVA_DOUBLE, Math.multiplyExact((long) features.rows(), outputs));
                invoke(
                        boosterPredict,
                        handle,
                        rowMajor(arena, features),
                        DOUBLE,
                        features.rows(),
                        features.width(),
                        ROW_MAJOR,
                        kind.code,
                        0,
                        -1,
                        arena.allocateFrom("num_threads=1 verbosity=-1"),
                        length,
                        values);
                return values.toArray(ValueLayout.JAVA_DOUBLE);
            }
        }

        @Override
        public void close() {
            invokeAny(boosterFree, handle);
        }
    }

    /** Trees that will grow on rows. */
    Booster booster(Dataset training, String parameters) throws Refused {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
            invoke(boosterCreate, training.handle, arena.allocateFrom(parameters), out);
            return new Booster(out.get(ValueLayout.ADDRESS, 0));
        }
    }

    /** Trees of a saved text. */
    Booster load(byte[] text) throws Refused {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
            invoke(
                    boosterLoad,
                    arena.allocateFrom(new String(text, StandardCharsets.UTF_8)),
                    arena.allocate(INT),
                    out);
            return new Booster(out.get(ValueLayout.ADDRESS, 0));
        }
    }
}

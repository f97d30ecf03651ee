package dev.keelson.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxMap;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.SequenceInfo;
import ai.onnxruntime.TensorInfo;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.imported.FileEngine;
import dev.keelson.learn.imported.FileEvaluator;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One session of ONNX Runtime, with one thread for each evaluation, so that the same row gives the same bits. Runs of a
 * session are independent of each other.
 */
final class OnnxEvaluator implements FileEvaluator {
    private static final Set<OnnxJavaType> READ =
            Set.of(OnnxJavaType.FLOAT, OnnxJavaType.DOUBLE, OnnxJavaType.INT64);
    private static final Set<OnnxJavaType> TOLD = Set.of(OnnxJavaType.FLOAT, OnnxJavaType.DOUBLE);

    private final OrtEnvironment environment;
    private final OrtSession session;
    private final List<Input> inputs;
    private final String output;
    private final boolean maps;
    private final int width;
    private final boolean wide;
    private final List<String> labels;
    private final String description;

    /** @param flat whether its tensors have one dimension only */
    private record Input(String name, OnnxJavaType type, boolean flat) {}

    private OnnxEvaluator(
            OrtEnvironment environment, OrtSession session, OnnxFile contents, @Nullable String wanted)
            throws OrtException {
        this.environment = environment;
        this.session = session;
        Map<String, NodeInfo> read = session.getInputInfo();
        Map<String, NodeInfo> outputs = session.getOutputInfo();
        this.inputs = new ArrayList<>();
        List<String> shown = new ArrayList<>();
        for (Map.Entry<String, NodeInfo> input : read.entrySet()) {
            if (!(input.getValue().getInfo() instanceof TensorInfo tensor)
                    || !READ.contains(tensor.type)
                    || tensor.getShape().length > 2
                    || tensor.getShape().length < 1) {
                throw new IllegalArgumentException(
                        "The file's input %s cannot be fed: a tensor of rows and columns of float, double or int64 is expected; the file has the inputs %s."
                                .formatted(input.getKey(), read.values()));
            }
            inputs.add(new Input(input.getKey(), tensor.type, tensor.getShape().length == 1));
            shown.add("%s (%s)".formatted(input.getKey(), shape(tensor)));
        }
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException("The file has no input; at least one is expected.");
        }
        long[] first = shapeOf(read.values().iterator().next());
        this.wide = inputs.size() == 1 && first.length == 2 && first[1] != 1;
        if (!wide) {
            for (Map.Entry<String, NodeInfo> input : read.entrySet()) {
                long[] shape = shapeOf(input.getValue());
                if (shape.length == 2 && shape[1] != 1) {
                    throw new IllegalArgumentException(
                            "The file has several inputs, and %s has more than one column; one input of all columns, or one of one column for each feature, is expected; the file has %s."
                                    .formatted(input.getKey(), shown));
                }
            }
        }
        this.width = wide ? (int) Math.max(0, first[1]) : inputs.size();
        this.output = output(outputs, wanted);
        this.maps = !(Objects.requireNonNull(outputs.get(output)).getInfo() instanceof TensorInfo);
        this.labels = contents.labels();
        this.description = "reads %s, tells %s of %s, by the operators %s"
                .formatted(FileEngine.shown(shown), output, outputs.keySet(), contents.operators());
    }

    static OnnxEvaluator open(byte[] file, OnnxFile contents, @Nullable String output) {
        try {
            OrtEnvironment environment = OrtEnvironment.getEnvironment();
            environment.setTelemetry(false);
            try (SessionOptions options = new SessionOptions()) {
                options.setIntraOpNumThreads(1);
                options.setInterOpNumThreads(1);
                options.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
                options.setDeterministicCompute(true);
                options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL); // what is wrong is thrown
                OrtSession session = environment.createSession(file, options);
                try {
                    return new OnnxEvaluator(environment, session, contents, output);
                } catch (OrtException | RuntimeException e) {
                    session.close();
                    throw e;
                }
            }
        } catch (OrtException e) {
            throw new IllegalArgumentException("ONNX Runtime cannot open the file: %s".formatted(e.getMessage()), e);
        } catch (LinkageError e) {
            throw new KeelsonException(
                    ErrorCode.NATIVE_LIBRARY_MISSING,
                    "ONNX Runtime cannot be loaded on %s %s: %s"
                            .formatted(System.getProperty("os.name"), System.getProperty("os.arch"), e),
                    "Maybe there is no library for this system, or no room to unpack it into java.io.tmpdir.",
                    e);
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("A session of ONNX Runtime cannot be closed.", e);
        }
    }

    private static long[] shapeOf(NodeInfo node) {
        return ((TensorInfo) node.getInfo()).getShape();
    }

    private static String shape(TensorInfo tensor) {
        long[] shape = tensor.getShape();
        String columns = shape.length < 2 ? "" : shape[1] < 0 ? ", any columns" : ", %d columns".formatted(shape[1]);
        return tensor.type + columns;
    }

    /** The only output that holds numbers or maps to numbers, or the one wanted. */
    private static String output(Map<String, NodeInfo> outputs, @Nullable String wanted) {
        List<String> possible = new ArrayList<>();
        outputs.forEach((name, node) -> {
            boolean numbers = node.getInfo() instanceof TensorInfo tensor
                    ? TOLD.contains(tensor.type) && tensor.getShape().length <= 2
                    : node.getInfo() instanceof SequenceInfo sequence && sequence.sequenceOfMaps;
            if (numbers) {
                possible.add(name);
            }
        });
        if (wanted != null ? possible.contains(wanted) : possible.size() == 1) {
            return wanted != null ? wanted : possible.getFirst();
        }
        throw new IllegalArgumentException(
                wanted == null
                        ? "The file has %d outputs of numbers; one is expected, or the name of one (--output): %s."
                                .formatted(possible.size(), outputs.values())
                        : "The file has no output of numbers with that name (%s); it has %s.".formatted(wanted, outputs.values()));
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public List<String> inputs() {
        return wide ? List.of() : inputs.stream().map(Input::name).toList();
    }

    @Override
    public List<String> labels() {
        return labels;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public double[] evaluate(double[] row) {
        Map<String, OnnxTensor> tensors = new HashMap<>();
        try {
            try {
                int at = 0;
                for (Input input : inputs) {
                    int count = wide ? row.length : 1;
                    tensors.put(input.name(), tensor(input, row, at, count));
                    at += count;
                }
                try (OrtSession.Result result = session.run(tensors, Set.of(output))) {
                    return told(result.get(0));
                }
            } finally {
                tensors.values().forEach(OnnxTensor::close);
            }
        } catch (OrtException e) {
            throw new IllegalArgumentException("ONNX Runtime cannot evaluate it: %s".formatted(e.getMessage()), e);
        }
    }

    private OnnxTensor tensor(Input input, double[] row, int from, int count) throws OrtException {
        long[] shape = input.flat() ? new long[] {count} : new long[] {1, count};
        if (input.type() == OnnxJavaType.DOUBLE) {
            double[] values = Arrays.copyOfRange(row, from, from + count);
            return OnnxTensor.createTensor(environment, DoubleBuffer.wrap(values), shape);
        }
        if (input.type() == OnnxJavaType.INT64) {
            long[] values = new long[count];
            for (int i = 0; i < count; i++) {
                values[i] = (long) row[from + i];
                if (values[i] != row[from + i]) {
                    throw new IllegalArgumentException("the input %s takes whole numbers, and the value is %s"
                            .formatted(input.name(), row[from + i]));
                }
            }
            return OnnxTensor.createTensor(environment, LongBuffer.wrap(values), shape);
        }
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) row[from + i];
        }
        return OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape);
    }

    private double[] told(OnnxValue value) throws OrtException {
        if (maps) {
            return ofMap(value);
        }
        OnnxTensor tensor = (OnnxTensor) value;
        if (tensor.getInfo().type == OnnxJavaType.DOUBLE) {
            DoubleBuffer numbers = tensor.getDoubleBuffer();
            double[] told = new double[numbers.remaining()];
            numbers.get(told);
            return told;
        }
        FloatBuffer numbers = tensor.getFloatBuffer();
        double[] told = new double[numbers.remaining()];
        for (int i = 0; i < told.length; i++) {
            told[i] = numbers.get(i);
        }
        return told;
    }

    /** The numbers of the first map, in the order of the labels that the file names. */
    private double[] ofMap(OnnxValue value) throws OrtException {
        if (!(value.getValue() instanceof List<?> maps) || maps.size() != 1 || !(maps.getFirst() instanceof OnnxMap map)) {
            throw new IllegalArgumentException("the output %s holds no single map".formatted(output));
        }
        Map<String, Double> numbers = new HashMap<>();
        try (map) {
            for (Map.Entry<?, ?> entry : map.getValue().entrySet()) {
                if (entry.getValue() instanceof Number number) {
                    numbers.put(String.valueOf(entry.getKey()), number.doubleValue());
                }
            }
        }
        if (numbers.size() != labels.size() || !numbers.keySet().containsAll(labels)) {
            throw new IllegalArgumentException(
                    "the output %s tells of %s, the file names the classes %s".formatted(output, numbers.keySet(), labels));
        }
        return labels.stream().mapToDouble(label -> numbers.getOrDefault(label, Double.NaN)).toArray();
    }
}

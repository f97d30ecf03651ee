/** Models in ONNX, evaluated by ONNX Runtime. Optional at run time; found as a service. */
@NullMarked
package dev.keelson.onnx;

import org.jspecify.annotations.NullMarked;

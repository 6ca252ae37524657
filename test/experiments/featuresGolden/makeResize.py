"""Values of OpenCV's bilinear resize, for features.resize.test.ts: python3 makeResize.py > resize.json"""

import json

import cv2
import numpy as np

SIZES = [((3, 5), (6, 10)), ((8, 8), (3, 3)), ((4, 7), (9, 2)), ((1, 4), (3, 9)), ((5, 1), (2, 4)), ((7, 13), (7, 13)), ((16, 11), (5, 7))]


def source(bins, frames):
    """Plain arithmetic, which the test repeats."""
    y, x = np.mgrid[0:bins, 0:frames]
    return ((y * 31 + x * 17 + y * x * 7) % 23 - 11).astype(np.float32) / 4


cases = []
for (bins, frames), (to_bins, to_frames) in SIZES:
    resized = cv2.resize(source(bins, frames), (to_frames, to_bins), interpolation=cv2.INTER_LINEAR)
    cases.append({"from": [bins, frames], "to": [to_bins, to_frames], "expected": [round(float(v), 6) for v in resized.ravel()]})
print(json.dumps({"made": f"opencv {cv2.__version__}", "cases": cases}, indent=1))

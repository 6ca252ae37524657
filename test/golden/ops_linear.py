"""Cases of products and of linear algebra."""
import torch

from golden_format import uniform
from golden_ops import case, oracle, oracles

oracles['matmul'] = torch.matmul
oracles['einsum'] = lambda equation, *tensors: torch.einsum(equation, *tensors)

SQUARE = [([n, n], [n, n]) for n in (1, 3, 63, 64, 65, 127)]
for a, b in SQUARE + [
    ([3], [3]), ([65], [65]), ([1], [1]), ([3, 65], [65]), ([65], [65, 3]), ([127, 63], [63]), ([3, 4], [4, 5]), ([1, 65], [65, 1]),
    ([65, 1], [1, 64]), ([63, 127], [127, 3]), ([3, 127], [127, 65]), ([2, 3, 4], [2, 4, 5]), ([2, 3, 4], [4, 5]), ([3, 4], [2, 4, 5]),
    ([2, 1, 3, 4], [5, 4, 3]), ([7, 1, 5, 3], [1, 2, 3, 4]), ([2, 3, 4], [4]), ([4], [2, 4, 5]), ([2, 63, 65], [2, 65, 64]),
    ([2, 3, 17, 19], [2, 3, 19, 23]), ([0, 3], [3, 5]), ([3, 0], [0, 5]), ([0, 3, 4], [4, 5]), ([3, 4], [4, 0]), ([1, 512], [512, 65]),
    ([256, 257], [257, 255]), ([33, 1025], [1025, 17]),
]:
    case('matmul', uniform(*a), uniform(*b), tolerance=1e-4 if a[-1] > 1000 else 1e-5)
case('matmul', uniform(3, 65, grad=False), uniform(65, 7))
case('matmul', uniform(3, 65), uniform(65, 7, grad=False))

for equation, *shapes in [
    ('ij,jk->ik', [3, 4], [4, 5]), ('ij,jk->ik', [65, 63], [63, 64]), ('ij,kj->ik', [3, 65], [5, 65]), ('ji,jk->ik', [65, 3], [65, 5]),
    ('bij,bjk->bik', [2, 3, 4], [2, 4, 5]), ('bhqd,bhkd->bhqk', [2, 3, 7, 8], [2, 3, 9, 8]), ('bqhd,bkhd->bhqk', [2, 7, 3, 8], [2, 9, 3, 8]),
    ('ij->ji', [3, 65]), ('ij->', [3, 65]), ('ij->j', [3, 65]), ('ij->i', [3, 65]), ('i,j->ij', [3], [65]), ('i,i->', [127], [127]),
    ('ij,ij->', [3, 65], [3, 65]), ('ij,ij->ij', [3, 65], [3, 65]), ('ij,j->i', [3, 65], [65]), ('abc,cd->abd', [2, 3, 4], [4, 5]),
    ('bij,jk', [2, 3, 4], [4, 5]), ('ij,jk,kl->il', [3, 4], [4, 5], [5, 6]), ('bn,anm,bm->ba', [2, 5], [3, 5, 7], [2, 7]),
    ('ii->i', [5, 5]), ('ii->', [5, 5]), ('bii->bi', [2, 3, 3]), ('abc->cab', [2, 3, 4]),
    ('ij,jk->ik', [0, 4], [4, 5]), ('ij,jk->ik', [3, 0], [0, 5]), (',i->i', [], [3]),
]:
    case('einsum', equation, *[uniform(*shape) for shape in shapes])


@oracle
def svd(x):
    """Each pair of vectors is turned so that the largest entry of u's column is positive."""
    u, s, vt = torch.linalg.svd(x, full_matrices=False)
    largest = u.detach().abs().argmax(-2, keepdim=True)
    turn = torch.gather(u.detach(), -2, largest).sign()
    return {'u': u * turn, 's': s, 'v': vt.mT * turn}


@oracle
def qr(x):
    """Turned so that the diagonal of r is positive."""
    q, r = torch.linalg.qr(x)
    turn = torch.diagonal(r.detach(), dim1=-2, dim2=-1).sign()
    return {'q': q * turn[..., None, :], 'r': r * turn[..., :, None]}


oracles['solve'] = torch.linalg.solve
for shape in [[1, 1], [3, 3], [5, 3], [3, 5], [8, 8], [17, 6], [1, 3]]:
    # Singular values near 2, 4, 6, …: well apart, so that vectors and gradients are well-conditioned.
    case('svd', uniform(*shape, low=-0.5, high=0.5, diagonal=[2, 2]), tolerance=1e-4)
for shape in [[1, 1], [3, 3], [5, 3], [8, 8], [17, 6], [65, 3], [3, 5]]:
    case('qr', uniform(*shape, low=-0.5, high=0.5, diagonal=[2, 0.1]), tolerance=1e-4)
for size, columns in [(1, [1]), (3, []), (3, [2]), (8, [1]), (17, [5]), (63, []), (65, [3])]:
    case('solve', uniform(size, size, low=-1, high=1, diagonal=[size / 2 + 1, 0]), uniform(size, *columns), tolerance=1e-4)
